package io.waybillguard.agent.platform.windows;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.jna.Native;
import com.sun.jna.Structure;
import com.sun.jna.platform.win32.DBT;
import com.sun.jna.platform.win32.Winsvc;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** Structures and numbers that the service is made with, against the headers. */
final class ServiceLayoutsTest {
  private final Layouts headers = Layouts.ofHeaders();

  static boolean is64Bit() {
    return Native.POINTER_SIZE == 8;
  }

  @Test
  @EnabledIf("is64Bit")
  void jna_platform_lays_out_what_is_used_of_it_as_the_headers_do() {
    assertEquals(headers.size("SERVICE_STATUS"), new Winsvc.SERVICE_STATUS().size());
    assertEquals(
        headers.size("SERVICE_STATUS_PROCESS"), new Winsvc.SERVICE_STATUS_PROCESS().size());
    assertEquals(headers.size("SERVICE_TABLE_ENTRYW"), new Winsvc.SERVICE_TABLE_ENTRY().size());
    Structure filter = new DBT.DEV_BROADCAST_DEVICEINTERFACE();
    assertEquals(headers.size("DEV_BROADCAST_DEVICEINTERFACE_W"), filter.size());
    assertEquals(headers.value("DBT_DEVTYP_DEVICEINTERFACE"), DBT.DBT_DEVTYP_DEVICEINTERFACE);
    assertEquals(headers.value("SERVICE_RUNNING"), Winsvc.SERVICE_RUNNING);
    assertEquals(headers.value("SERVICE_STOPPED"), Winsvc.SERVICE_STOPPED);
    assertEquals(headers.value("SERVICE_START_PENDING"), Winsvc.SERVICE_START_PENDING);
    assertEquals(headers.value("SERVICE_STOP_PENDING"), Winsvc.SERVICE_STOP_PENDING);
  }

  @Test
  void levels_and_structures_of_the_further_properties_are_those_of_winsvc() {
    assertEquals(headers.value("SERVICE_CONFIG_DESCRIPTION"), ServiceSettings.DESCRIPTION);
    assertEquals(headers.value("SERVICE_CONFIG_FAILURE_ACTIONS"), ServiceSettings.FAILURE_ACTIONS);
    assertEquals(
        headers.value("SERVICE_CONFIG_DELAYED_AUTO_START_INFO"),
        ServiceSettings.DELAYED_AUTO_START);
    assertEquals(
        headers.value("SERVICE_CONFIG_FAILURE_ACTIONS_FLAG"), ServiceSettings.FAILURE_ACTIONS_FLAG);
    assertEquals(headers.value("SERVICE_CONFIG_SERVICE_SID_INFO"), ServiceSettings.SID);
    assertEquals(
        headers.value("SERVICE_CONFIG_REQUIRED_PRIVILEGES_INFO"),
        ServiceSettings.REQUIRED_PRIVILEGES);
    assertEquals(headers.value("SERVICE_CONFIG_PRESHUTDOWN_INFO"), ServiceSettings.PRESHUTDOWN);
    assertEquals(headers.value("SERVICE_SID_TYPE_UNRESTRICTED"), ServiceSettings.SID_UNRESTRICTED);
    assertEquals(headers.value("SC_ACTION_RESTART"), ServiceSettings.ACTION_RESTART);
    assertEquals(headers.size("SERVICE_FAILURE_ACTIONSW"), ServiceSettings.FAILURE_SIZE);
    assertEquals(
        headers.offset("SERVICE_FAILURE_ACTIONSW.dwResetPeriod"), ServiceSettings.FAILURE_RESET);
    assertEquals(
        headers.offset("SERVICE_FAILURE_ACTIONSW.cActions"), ServiceSettings.FAILURE_COUNT);
    assertEquals(
        headers.offset("SERVICE_FAILURE_ACTIONSW.lpsaActions"),
        ServiceSettings.FAILURE_ACTION_LIST);
    assertEquals(headers.size("SC_ACTION"), ServiceSettings.ACTION_SIZE);
    assertEquals(headers.offset("SC_ACTION.Delay"), ServiceSettings.ACTION_DELAY);
    assertEquals(headers.size("SERVICE_DESCRIPTIONW"), ServiceSettings.POINTER_SIZE);
    assertEquals(headers.size("SERVICE_REQUIRED_PRIVILEGES_INFOW"), ServiceSettings.POINTER_SIZE);
    assertEquals(headers.size("SERVICE_DELAYED_AUTO_START_INFO"), ServiceSettings.NUMBER_SIZE);
    assertEquals(headers.size("SERVICE_FAILURE_ACTIONS_FLAG"), ServiceSettings.NUMBER_SIZE);
    assertEquals(headers.size("SERVICE_SID_INFO"), ServiceSettings.NUMBER_SIZE);
    assertEquals(headers.size("SERVICE_PRESHUTDOWN_INFO"), ServiceSettings.NUMBER_SIZE);
    assertEquals(
        headers.offset("QUERY_SERVICE_CONFIGW.lpBinaryPathName"),
        WindowsServiceManager.CONFIG_COMMAND);
    assertEquals(headers.value("SERVICE_WIN32_OWN_PROCESS"), WindowsServiceManager.OWN_PROCESS);
    assertEquals(headers.value("SERVICE_AUTO_START"), WindowsServiceManager.AUTO_START);
    assertEquals(headers.value("SERVICE_ERROR_NORMAL"), WindowsServiceManager.ERROR_NORMAL);
  }

  @Test
  void controls_and_what_comes_with_them_are_those_of_the_headers() {
    assertEquals(headers.value("SERVICE_CONTROL_STOP"), Controls.STOP);
    assertEquals(headers.value("SERVICE_CONTROL_INTERROGATE"), Controls.INTERROGATE);
    assertEquals(headers.value("SERVICE_CONTROL_SHUTDOWN"), Controls.SHUTDOWN);
    assertEquals(headers.value("SERVICE_CONTROL_DEVICEEVENT"), Controls.DEVICE_EVENT);
    assertEquals(headers.value("SERVICE_CONTROL_POWEREVENT"), Controls.POWER_EVENT);
    assertEquals(headers.value("SERVICE_CONTROL_SESSIONCHANGE"), Controls.SESSION_CHANGE);
    assertEquals(headers.value("SERVICE_CONTROL_PRESHUTDOWN"), Controls.PRESHUTDOWN);
    assertEquals(headers.value("SERVICE_CONTROL_TIMECHANGE"), Controls.TIME_CHANGE);
    assertEquals(headers.value("SERVICE_ACCEPT_STOP"), Controls.ACCEPT_STOP);
    assertEquals(headers.value("SERVICE_ACCEPT_SHUTDOWN"), Controls.ACCEPT_SHUTDOWN);
    assertEquals(headers.value("SERVICE_ACCEPT_POWEREVENT"), Controls.ACCEPT_POWER_EVENT);
    assertEquals(headers.value("SERVICE_ACCEPT_SESSIONCHANGE"), Controls.ACCEPT_SESSION_CHANGE);
    assertEquals(headers.value("SERVICE_ACCEPT_PRESHUTDOWN"), Controls.ACCEPT_PRESHUTDOWN);
    assertEquals(headers.value("SERVICE_ACCEPT_TIMECHANGE"), Controls.ACCEPT_TIME_CHANGE);
    assertEquals(headers.value("PBT_APMSUSPEND"), Controls.SUSPEND);
    assertEquals(headers.value("PBT_APMRESUMEAUTOMATIC"), Controls.RESUME_AUTOMATIC);
    assertEquals(headers.offset("WTSSESSION_NOTIFICATION.dwSessionId"), Controls.SESSION_ID);
    assertEquals(headers.offset("SERVICE_TIMECHANGE_INFO.liNewTime"), Controls.TIME_NEW);
    assertEquals(headers.offset("SERVICE_TIMECHANGE_INFO.liOldTime"), Controls.TIME_OLD);
  }

  @Test
  void version_rights_and_access_lists_are_those_of_the_headers() {
    assertEquals(headers.size("OSVERSIONINFOW"), WindowsVersion.INFO_SIZE);
    assertEquals(headers.offset("OSVERSIONINFOW.dwMajorVersion"), WindowsVersion.INFO_MAJOR);
    assertEquals(headers.offset("OSVERSIONINFOW.dwMinorVersion"), WindowsVersion.INFO_MINOR);
    assertEquals(headers.offset("OSVERSIONINFOW.dwBuildNumber"), WindowsVersion.INFO_BUILD);
    assertEquals(headers.size("LUID_AND_ATTRIBUTES"), WindowsRights.PRIVILEGE_SIZE);
    assertEquals(headers.value("TokenPrivileges"), WindowsRights.TOKEN_PRIVILEGES);
    assertEquals(headers.value("TokenElevation"), WindowsRights.TOKEN_ELEVATION);
    assertEquals(headers.value("SDDL_REVISION_1"), AccessLists.SDDL_REVISION_1);
    assertEquals(headers.value("SE_FILE_OBJECT"), AccessLists.SE_FILE_OBJECT);
    assertEquals(
        headers.value("OWNER_SECURITY_INFORMATION"), AccessLists.OWNER_SECURITY_INFORMATION);
    assertEquals(headers.value("DACL_SECURITY_INFORMATION"), AccessLists.DACL_SECURITY_INFORMATION);
    assertEquals(
        headers.value("PROTECTED_DACL_SECURITY_INFORMATION"),
        AccessLists.PROTECTED_DACL_SECURITY_INFORMATION);
  }

  @Test
  void errors_are_those_of_winerror() {
    assertEquals(headers.value("ERROR_ACCESS_DENIED"), Win32.ERROR_ACCESS_DENIED);
    assertEquals(headers.value("ERROR_NOT_SUPPORTED"), Win32.ERROR_NOT_SUPPORTED);
    assertEquals(headers.value("ERROR_CALL_NOT_IMPLEMENTED"), Win32.ERROR_CALL_NOT_IMPLEMENTED);
    assertEquals(headers.value("ERROR_INSUFFICIENT_BUFFER"), Win32.ERROR_INSUFFICIENT_BUFFER);
    assertEquals(headers.value("ERROR_INVALID_LEVEL"), Win32.ERROR_INVALID_LEVEL);
    assertEquals(headers.value("ERROR_MORE_DATA"), Win32.ERROR_MORE_DATA);
    assertEquals(headers.value("ERROR_NO_MORE_ITEMS"), Win32.ERROR_NO_MORE_ITEMS);
    assertEquals(headers.value("ERROR_NOT_FOUND"), Win32.ERROR_NOT_FOUND);
    assertEquals(
        headers.value("ERROR_SERVICE_SPECIFIC_ERROR"), WindowsServiceLife.ERROR_SERVICE_SPECIFIC);
    assertEquals(
        headers.value("ERROR_FAILED_SERVICE_CONTROLLER_CONNECT"),
        WindowsServiceLife.ERROR_NOT_A_SERVICE);
    assertEquals(
        headers.value("ERROR_SERVICE_ALREADY_RUNNING"),
        WindowsServiceManager.ERROR_SERVICE_ALREADY_RUNNING);
    assertEquals(
        headers.value("ERROR_SERVICE_DOES_NOT_EXIST"),
        WindowsServiceManager.ERROR_SERVICE_DOES_NOT_EXIST);
    assertEquals(
        headers.value("ERROR_SERVICE_NOT_ACTIVE"), WindowsServiceManager.ERROR_SERVICE_NOT_ACTIVE);
    assertEquals(
        headers.value("ERROR_SERVICE_MARKED_FOR_DELETE"),
        WindowsServiceManager.ERROR_SERVICE_MARKED_FOR_DELETE);
    assertEquals(
        headers.value("ERROR_SERVICE_NEVER_STARTED"),
        WindowsServiceManager.ERROR_SERVICE_NEVER_STARTED);
    assertEquals(
        headers.value("DEVICE_NOTIFY_SERVICE_HANDLE"), WindowsServiceLife.NOTIFY_SERVICE_HANDLE);
    assertEquals(
        headers.value("DEVICE_NOTIFY_ALL_INTERFACE_CLASSES"),
        WindowsServiceLife.NOTIFY_ALL_INTERFACE_CLASSES);
  }
}
