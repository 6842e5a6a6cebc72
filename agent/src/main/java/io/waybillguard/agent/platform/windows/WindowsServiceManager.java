package io.waybillguard.agent.platform.windows;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.platform.win32.Advapi32;
import com.sun.jna.platform.win32.WinNT;
import com.sun.jna.platform.win32.Winsvc;
import com.sun.jna.platform.win32.Winsvc.SC_HANDLE;
import com.sun.jna.platform.win32.Winsvc.SERVICE_STATUS;
import com.sun.jna.platform.win32.Winsvc.SERVICE_STATUS_PROCESS;
import com.sun.jna.ptr.IntByReference;
import io.waybillguard.agent.platform.ServiceManager;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The Service Control Manager of this machine. The service runs as LocalSystem with a short list of
 * privileges, starts delayed after the machine did, and is started again after a fall.
 */
public final class WindowsServiceManager implements ServiceManager {
  // winerror.h
  static final int ERROR_SERVICE_ALREADY_RUNNING = 1056;
  static final int ERROR_SERVICE_DOES_NOT_EXIST = 1060;
  static final int ERROR_SERVICE_NOT_ACTIVE = 1062;
  static final int ERROR_SERVICE_MARKED_FOR_DELETE = 1072;
  static final int ERROR_SERVICE_NEVER_STARTED = 1077;

  // winnt.h
  static final int OWN_PROCESS = 0x10;
  static final int AUTO_START = 2;
  static final int ERROR_NORMAL = 1;

  /** lpBinaryPathName of QUERY_SERVICE_CONFIGW on x64. */
  static final int CONFIG_COMMAND = 16;

  /** The documentation of QueryServiceConfig: no more than 8 KiB. */
  private static final int CONFIG_ROOM = 8 << 10;

  private final Advapi32 api;
  private final ServiceConfig config;
  private final AccessLists accessLists;
  private final EventSource eventSource;

  public WindowsServiceManager() {
    this(Libraries.HERE);
  }

  WindowsServiceManager(Libraries libraries) {
    api = libraries.load("advapi32", Advapi32.class);
    config = libraries.load("advapi32", ServiceConfig.class);
    accessLists = new AccessLists(libraries);
    eventSource = new EventSource(libraries);
  }

  /** Closes what it holds. */
  private final class Handle implements AutoCloseable {
    private final SC_HANDLE raw;

    Handle(@Nullable SC_HANDLE opened, String call, String what) throws IOException {
      if (opened == null) {
        throw Win32.failure(call, what);
      }
      raw = opened;
    }

    SC_HANDLE raw() {
      return raw;
    }

    @Override
    public void close() {
      api.CloseServiceHandle(raw);
    }
  }

  private Handle manager(int rights) throws IOException {
    return new Handle(
        api.OpenSCManager(null, null, rights),
        "OpenSCManager",
        "cannot open the manager of services (SCM)");
  }

  /** Null when there is no such service. */
  private @Nullable Handle open(Handle manager, String name, int rights) throws IOException {
    SC_HANDLE opened = api.OpenService(manager.raw(), name, rights);
    if (opened == null && Native.getLastError() == ERROR_SERVICE_DOES_NOT_EXIST) {
      return null;
    }
    return new Handle(opened, "OpenService", "cannot open the service " + name);
  }

  private Handle existing(Handle manager, String name, int rights) throws IOException {
    Handle service = open(manager, name, rights);
    if (service == null) {
      throw Win32.failure(
          "OpenService", "cannot open the service " + name, ERROR_SERVICE_DOES_NOT_EXIST);
    }
    return service;
  }

  @Override
  public List<String> install(Plan plan) throws IOException {
    for (Path folder : plan.own()) {
      accessLists.keepToAdministrators(folder);
    }
    eventSource.register(plan.name());
    try (Handle manager = manager(Winsvc.SC_MANAGER_CONNECT | Winsvc.SC_MANAGER_CREATE_SERVICE);
        Handle service = made(manager, plan)) {
      List<String> refused = new ArrayList<>();
      set(
          service,
          ServiceSettings.DESCRIPTION,
          ServiceSettings.description(plan.description()),
          "a description",
          refused);
      set(
          service,
          ServiceSettings.DELAYED_AUTO_START,
          ServiceSettings.number(1),
          "a start after the others",
          refused);
      set(
          service,
          ServiceSettings.FAILURE_ACTIONS,
          ServiceSettings.failureActions(),
          "a new start after a fall",
          refused);
      set(
          service,
          ServiceSettings.FAILURE_ACTIONS_FLAG,
          ServiceSettings.number(1),
          "a new start after an end with an error",
          refused);
      set(
          service,
          ServiceSettings.SID,
          ServiceSettings.number(ServiceSettings.SID_UNRESTRICTED),
          "an identity of its own",
          refused);
      set(
          service,
          ServiceSettings.REQUIRED_PRIVILEGES,
          ServiceSettings.privileges(),
          "fewer privileges",
          refused);
      set(
          service,
          ServiceSettings.PRESHUTDOWN,
          ServiceSettings.number((int) plan.endsWithin().toMillis()),
          "word before a shutdown",
          refused);
      return refused;
    }
  }

  private Handle made(Handle manager, Plan plan) throws IOException {
    // To promise a restart, the rights to change and to start are needed (ChangeServiceConfig2).
    int rights = Winsvc.SERVICE_CHANGE_CONFIG | Winsvc.SERVICE_QUERY_CONFIG | Winsvc.SERVICE_START;
    String command = ArgumentLine.of(plan.command());
    Handle there = open(manager, plan.name(), rights);
    if (there == null) {
      return new Handle(
          api.CreateService(
              manager.raw(),
              plan.name(),
              plan.title(),
              rights,
              OWN_PROCESS,
              AUTO_START,
              ERROR_NORMAL,
              command,
              null,
              null,
              null,
              null,
              null),
          "CreateService",
          "cannot make the service " + plan.name());
    }
    boolean done = false;
    try {
      if (!config.ChangeServiceConfig(
          there.raw(),
          OWN_PROCESS,
          AUTO_START,
          ERROR_NORMAL,
          command,
          null,
          null,
          null,
          null,
          null,
          plan.title())) {
        throw Win32.failure("ChangeServiceConfig", "cannot change the service " + plan.name());
      }
      done = true;
      return there;
    } finally {
      if (!done) {
        there.close();
      }
    }
  }

  /** A level that this system does not know is told and is no failure: Wine knows few. */
  private void set(Handle service, int level, Memory info, String what, List<String> refused)
      throws IOException {
    if (!config.ChangeServiceConfig2(service.raw(), level, info)) {
      int error = Native.getLastError();
      if (error != Win32.ERROR_INVALID_LEVEL) {
        throw Win32.failure("ChangeServiceConfig2", "cannot give the service " + what, error);
      }
      refused.add(what);
    }
  }

  @Override
  public void uninstall(String name) throws IOException {
    try (Handle manager = manager(Winsvc.SC_MANAGER_CONNECT);
        Handle service = existing(manager, name, WinNT.DELETE)) {
      if (!api.DeleteService(service.raw())) {
        int error = Native.getLastError();
        if (error != ERROR_SERVICE_MARKED_FOR_DELETE) {
          throw Win32.failure("DeleteService", "cannot remove the service " + name, error);
        }
      }
    }
    eventSource.forget(name);
  }

  @Override
  public void start(String name) throws IOException {
    try (Handle manager = manager(Winsvc.SC_MANAGER_CONNECT);
        Handle service = existing(manager, name, Winsvc.SERVICE_START)) {
      if (!api.StartService(service.raw(), 0, null)) {
        int error = Native.getLastError();
        if (error != ERROR_SERVICE_ALREADY_RUNNING) {
          throw Win32.failure("StartService", "cannot start the service " + name, error);
        }
      }
    }
  }

  @Override
  public void stop(String name) throws IOException {
    try (Handle manager = manager(Winsvc.SC_MANAGER_CONNECT);
        Handle service = existing(manager, name, Winsvc.SERVICE_STOP)) {
      if (!api.ControlService(service.raw(), Winsvc.SERVICE_CONTROL_STOP, new SERVICE_STATUS())) {
        int error = Native.getLastError();
        if (error != ERROR_SERVICE_NOT_ACTIVE) {
          throw Win32.failure("ControlService", "cannot stop the service " + name, error);
        }
      }
    }
  }

  @Override
  public Standing standing(String name) throws IOException {
    try (Handle manager = manager(Winsvc.SC_MANAGER_CONNECT);
        Handle service =
            open(manager, name, Winsvc.SERVICE_QUERY_STATUS | Winsvc.SERVICE_QUERY_CONFIG)) {
      if (service == null) {
        return Standing.ABSENT;
      }
      SERVICE_STATUS_PROCESS status = new SERVICE_STATUS_PROCESS();
      if (!api.QueryServiceStatusEx(
          service.raw(),
          Winsvc.SC_STATUS_TYPE.SC_STATUS_PROCESS_INFO,
          status,
          status.size(),
          new IntByReference())) {
        throw Win32.failure(
            "QueryServiceStatusEx", "cannot ask how the service " + name + " stands");
      }
      return new Standing(
          state(status.dwCurrentState),
          Integer.toUnsignedLong(status.dwProcessId),
          command(service, name),
          exitCode(status.dwWin32ExitCode, status.dwServiceSpecificExitCode));
    }
  }

  static long exitCode(int system, int own) {
    return switch (system) {
      case WindowsServiceLife.ERROR_SERVICE_SPECIFIC -> Integer.toUnsignedLong(own);
      case ERROR_SERVICE_NEVER_STARTED -> 0;
      default -> Integer.toUnsignedLong(system);
    };
  }

  private String command(Handle service, String name) throws IOException {
    try (Memory told = new Memory(CONFIG_ROOM)) {
      if (!config.QueryServiceConfig(service.raw(), told, CONFIG_ROOM, new IntByReference())) {
        throw Win32.failure("QueryServiceConfig", "cannot ask how the service " + name + " is set");
      }
      return told.getPointer(CONFIG_COMMAND).getWideString(0);
    }
  }

  static State state(int raw) {
    return switch (raw) {
      case Winsvc.SERVICE_STOPPED -> State.STOPPED;
      case Winsvc.SERVICE_START_PENDING -> State.STARTING;
      case Winsvc.SERVICE_RUNNING -> State.RUNNING;
      case Winsvc.SERVICE_STOP_PENDING -> State.STOPPING;
      default -> State.OTHER;
    };
  }
}
