package io.waybillguard.agent.platform.windows;

import com.sun.jna.Pointer;
import io.waybillguard.agent.platform.SystemEvent;
import io.waybillguard.agent.platform.SystemEvent.SessionChange;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the manager of services tells a service. Facts: the page of LPHANDLER_FUNCTION_EX in
 * Microsoft's sdk-api documentation; numbers from winsvc.h, winuser.h (WTS_..., PBT_...).
 */
final class Controls {
  static final int STOP = 1;
  static final int INTERROGATE = 4;
  static final int SHUTDOWN = 5;
  static final int DEVICE_EVENT = 11;
  static final int POWER_EVENT = 13;
  static final int SESSION_CHANGE = 14;
  static final int PRESHUTDOWN = 15;
  static final int TIME_CHANGE = 16;

  static final int ACCEPT_STOP = 0x1;
  static final int ACCEPT_SHUTDOWN = 0x4;
  static final int ACCEPT_POWER_EVENT = 0x40;
  static final int ACCEPT_SESSION_CHANGE = 0x80;
  static final int ACCEPT_PRESHUTDOWN = 0x100;
  static final int ACCEPT_TIME_CHANGE = 0x200;

  /** Word of devices comes by registration and needs none. */
  static final int ACCEPTED =
      ACCEPT_STOP
          | ACCEPT_SHUTDOWN
          | ACCEPT_POWER_EVENT
          | ACCEPT_SESSION_CHANGE
          | ACCEPT_PRESHUTDOWN
          | ACCEPT_TIME_CHANGE;

  static final int SUSPEND = 4;
  static final int RESUME_AUTOMATIC = 18;

  /** WTSSESSION_NOTIFICATION.dwSessionId. */
  static final int SESSION_ID = 4;

  /** SERVICE_TIMECHANGE_INFO. */
  static final int TIME_NEW = 0;

  static final int TIME_OLD = 8;

  private Controls() {}

  /** Why the service is asked to end, if it is. */
  static Optional<String> end(int control) {
    return switch (control) {
      case STOP -> Optional.of("service");
      case SHUTDOWN, PRESHUTDOWN -> Optional.of("shutdown");
      default -> Optional.empty();
    };
  }

  /**
   * What there is to tell of a control; empty for one that asks for nothing that we do.
   *
   * @param data what comes with it; read here, since it is gone when the handler returns
   */
  static Optional<SystemEvent> event(int control, int type, @Nullable Pointer data) {
    return switch (control) {
      case DEVICE_EVENT -> Optional.of(new SystemEvent.DevicesChanged());
      case POWER_EVENT ->
          type == SUSPEND
              ? Optional.of(new SystemEvent.Suspending())
              : type == RESUME_AUTOMATIC
                  ? Optional.of(new SystemEvent.Resumed())
                  : Optional.empty();
      case SESSION_CHANGE ->
          data == null
              ? Optional.empty()
              : Optional.of(
                  new SystemEvent.SessionChanged(
                      change(type), Integer.toUnsignedLong(data.getInt(SESSION_ID))));
      case TIME_CHANGE ->
          data == null
              ? Optional.empty()
              : Optional.of(
                  new SystemEvent.TimeSet(
                      FileTime.instant(data.getLong(TIME_OLD)).orElse(Instant.EPOCH),
                      FileTime.instant(data.getLong(TIME_NEW)).orElse(Instant.EPOCH)));
      default -> Optional.empty();
    };
  }

  private static SessionChange change(int code) {
    return switch (code) {
      case 1 -> SessionChange.CONSOLE_CONNECT;
      case 2 -> SessionChange.CONSOLE_DISCONNECT;
      case 3 -> SessionChange.REMOTE_CONNECT;
      case 4 -> SessionChange.REMOTE_DISCONNECT;
      case 5 -> SessionChange.LOGON;
      case 6 -> SessionChange.LOGOFF;
      case 7 -> SessionChange.LOCK;
      case 8 -> SessionChange.UNLOCK;
      case 9 -> SessionChange.SHADOW;
      default -> SessionChange.OTHER;
    };
  }
}
