package io.waybillguard.agent.platform.windows;

import com.sun.jna.platform.win32.Advapi32Util;
import com.sun.jna.platform.win32.Win32Exception;
import com.sun.jna.platform.win32.WinReg;
import java.io.IOException;

/**
 * The name under which Windows' own log of applications knows the service, so that what is written
 * there is shown as a sentence and not as a complaint about a missing description.
 */
final class EventSource {
  private static final String LOG = "SYSTEM\\CurrentControlSet\\Services\\EventLog\\Application";

  /**
   * Every Windows has this program, whose messages 1 to 1000 are what was written and nothing else
   * ({@code eventcreate /ID}, Microsoft's documentation of the command).
   */
  static final String MESSAGES = "%SystemRoot%\\System32\\EventCreate.exe";

  /** winnt.h: EVENTLOG_ERROR_TYPE, _WARNING_TYPE, _INFORMATION_TYPE. */
  static final int TYPES = 1 | 2 | 4;

  private EventSource() {}

  /** Makes it known; safe to repeat. */
  static void register(String name) throws IOException {
    String key = LOG + '\\' + name;
    try {
      Advapi32Util.registryCreateKey(WinReg.HKEY_LOCAL_MACHINE, key);
      Advapi32Util.registrySetExpandableStringValue(
          WinReg.HKEY_LOCAL_MACHINE, key, "EventMessageFile", MESSAGES);
      Advapi32Util.registrySetIntValue(WinReg.HKEY_LOCAL_MACHINE, key, "TypesSupported", TYPES);
    } catch (Win32Exception e) {
      throw Win32.failure("cannot register the event source " + name, e.getErrorCode());
    }
  }

  /** Takes it away, where there is one. */
  static void forget(String name) throws IOException {
    try {
      if (Advapi32Util.registryKeyExists(WinReg.HKEY_LOCAL_MACHINE, LOG + '\\' + name)) {
        Advapi32Util.registryDeleteKey(WinReg.HKEY_LOCAL_MACHINE, LOG, name);
      }
    } catch (Win32Exception e) {
      throw Win32.failure("cannot remove the event source " + name, e.getErrorCode());
    }
  }
}
