package io.waybillguard.agent.platform.windows;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.platform.win32.Advapi32;
import com.sun.jna.platform.win32.DBT;
import com.sun.jna.platform.win32.DBT.DEV_BROADCAST_DEVICEINTERFACE;
import com.sun.jna.platform.win32.User32;
import com.sun.jna.platform.win32.WinUser.HDEVNOTIFY;
import com.sun.jna.platform.win32.Winsvc;
import com.sun.jna.platform.win32.Winsvc.HandlerEx;
import com.sun.jna.platform.win32.Winsvc.SERVICE_MAIN_FUNCTION;
import com.sun.jna.platform.win32.Winsvc.SERVICE_STATUS;
import com.sun.jna.platform.win32.Winsvc.SERVICE_STATUS_HANDLE;
import com.sun.jna.platform.win32.Winsvc.SERVICE_TABLE_ENTRY;
import io.waybillguard.agent.platform.ServiceLife;
import io.waybillguard.agent.platform.SystemEvents;
import java.lang.ref.Reference;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This process as a service of the Service Control Manager. The thread that calls {@link #live}
 * becomes the dispatcher, on which controls arrive; the manager makes another one for the work.
 *
 * <p>The manager's calls back are held by this object, which stays reachable for as long as {@link
 * #live} runs: JNA frees what nobody holds.
 */
public final class WindowsServiceLife implements ServiceLife {
  private static final Logger LOG = LoggerFactory.getLogger(WindowsServiceLife.class);

  /** winerror.h: ERROR_SERVICE_SPECIFIC_ERROR, "the code is the service's own". */
  static final int ERROR_SERVICE_SPECIFIC = 1066;

  /** winerror.h: ERROR_FAILED_SERVICE_CONTROLLER_CONNECT, "not started by the manager". */
  static final int ERROR_NOT_A_SERVICE = 1063;

  // winuser.h
  static final int NOTIFY_SERVICE_HANDLE = 1;
  static final int NOTIFY_ALL_INTERFACE_CLASSES = 4;

  /** How long the manager is asked to wait for a start or an end before it calls it hung. */
  private static final int PATIENCE_MILLIS = 60_000;

  /** The exit code of a service whose work threw. */
  private static final int FAILED = 1;

  private final Advapi32 advapi;
  private final User32 user;
  private final SystemEvents events;

  /**
   * @param events is told of what the manager says of devices, sessions, power and time
   */
  public WindowsServiceLife(SystemEvents events) {
    this(Libraries.HERE, events);
  }

  WindowsServiceLife(Libraries libraries, SystemEvents events) {
    advapi = libraries.load("advapi32", Advapi32.class);
    user = libraries.load("user32", User32.class);
    this.events = events;
  }

  @Override
  public OptionalInt live(String name, Work work) throws Exception {
    Life life = new Life(name, work);
    // Field by field and not a new array: the table must lie in one piece, and end with an empty
    // row.
    SERVICE_TABLE_ENTRY[] table = (SERVICE_TABLE_ENTRY[]) new SERVICE_TABLE_ENTRY().toArray(2);
    table[0].lpServiceName = name;
    table[0].lpServiceProc = life.main;
    int error;
    try {
      boolean dispatched = advapi.StartServiceCtrlDispatcher(table);
      error = dispatched ? Win32.ERROR_SUCCESS : Native.getLastError();
    } finally {
      Reference.reachabilityFence(life);
    }
    if (error == ERROR_NOT_A_SERVICE) {
      return OptionalInt.empty();
    }
    if (error != Win32.ERROR_SUCCESS) {
      throw Win32.failure(
          "StartServiceCtrlDispatcher", "cannot speak to the manager of services (SCM)", error);
    }
    return OptionalInt.of(life.outcome());
  }

  /** One run of the service. */
  private final class Life {
    private final String name;
    private final Work work;
    private final SERVICE_MAIN_FUNCTION main = (count, arguments) -> serve();
    private final HandlerEx handler = this::control;

    private volatile @Nullable SERVICE_STATUS_HANDLE handle;
    private volatile int exitCode;
    private volatile @Nullable Exception thrown;

    Life(String name, Work work) {
      this.name = name;
      this.work = work;
    }

    int outcome() throws Exception {
      Exception failure = thrown;
      if (failure != null) {
        throw failure;
      }
      return exitCode;
    }

    /** The work, on the manager's thread. Nothing may be thrown into the manager. */
    private void serve() {
      @Nullable HDEVNOTIFY devices = null;
      try {
        SERVICE_STATUS_HANDLE registered = advapi.RegisterServiceCtrlHandlerEx(name, handler, null);
        if (registered == null) {
          throw Win32.failure(
              "RegisterServiceCtrlHandlerEx", "cannot take controls for the service " + name);
        }
        handle = registered;
        tell(Winsvc.SERVICE_START_PENDING, 0, 0);
        devices = listenForDevices(registered);
        exitCode = work.run(() -> tell(Winsvc.SERVICE_RUNNING, Controls.ACCEPTED, 0));
      } catch (Exception e) {
        LOG.error("service={} failed", name, e);
        thrown = e;
        exitCode = FAILED;
      } finally {
        if (devices != null) {
          user.UnregisterDeviceNotification(devices);
        }
        // The process may be ended as soon as this is said: nothing comes after it.
        tell(Winsvc.SERVICE_STOPPED, 0, exitCode);
      }
    }

    /** Without it the sensors look by themselves, a little later; so a refusal is no failure. */
    private @Nullable HDEVNOTIFY listenForDevices(SERVICE_STATUS_HANDLE registered) {
      DEV_BROADCAST_DEVICEINTERFACE filter = new DEV_BROADCAST_DEVICEINTERFACE();
      filter.dbcc_size = filter.size();
      filter.dbcc_devicetype = DBT.DBT_DEVTYP_DEVICEINTERFACE; // jna-platform leaves it 0
      HDEVNOTIFY notify =
          user.RegisterDeviceNotification(
              registered, filter, NOTIFY_SERVICE_HANDLE | NOTIFY_ALL_INTERFACE_CLASSES);
      if (notify == null) {
        LOG.warn("no word of devices: {}", Win32.word("RegisterDeviceNotification"));
      }
      return notify;
    }

    /** On the dispatcher's thread, which holds up the manager: takes notes and returns. */
    private int control(int control, int type, Pointer data, Pointer context) {
      try {
        Optional<String> end = Controls.end(control);
        if (end.isPresent()) {
          tell(Winsvc.SERVICE_STOP_PENDING, 0, 0);
          work.askToEnd(end.get());
          return Win32.ERROR_SUCCESS;
        }
        Controls.event(control, type, data).ifPresent(events::tell);
      } catch (RuntimeException e) {
        LOG.error("control={} type={} failed", control, type, e);
      }
      return isOurs(control) ? Win32.ERROR_SUCCESS : Win32.ERROR_CALL_NOT_IMPLEMENTED;
    }

    private boolean isOurs(int control) {
      return switch (control) {
        case Controls.INTERROGATE,
            Controls.DEVICE_EVENT,
            Controls.POWER_EVENT,
            Controls.SESSION_CHANGE,
            Controls.TIME_CHANGE ->
            true;
        default -> false;
      };
    }

    private void tell(int state, int accepted, int code) {
      SERVICE_STATUS_HANDLE to = handle;
      if (to == null) {
        return; // the manager gave none, and hears of the end by the process's
      }
      boolean pending =
          state == Winsvc.SERVICE_START_PENDING || state == Winsvc.SERVICE_STOP_PENDING;
      SERVICE_STATUS status = new SERVICE_STATUS();
      status.dwServiceType = WindowsServiceManager.OWN_PROCESS;
      status.dwCurrentState = state;
      status.dwControlsAccepted = accepted;
      status.dwWin32ExitCode = code == 0 ? Win32.ERROR_SUCCESS : ERROR_SERVICE_SPECIFIC;
      status.dwServiceSpecificExitCode = code;
      status.dwCheckPoint = pending ? 1 : 0;
      status.dwWaitHint = pending ? PATIENCE_MILLIS : 0;
      if (!advapi.SetServiceStatus(to, status)) {
        LOG.error("service={} state={} not told: {}", name, state, Win32.word("SetServiceStatus"));
      }
    }
  }
}
