package io.waybillguard.agent.platform.windows;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/**
 * The further properties of a service as {@code ChangeServiceConfig2} takes them. Facts: winsvc.h;
 * the page of each structure in Microsoft's sdk-api documentation. Pure but for native memory.
 */
final class ServiceSettings {
  // winsvc.h: SERVICE_CONFIG_...
  static final int DESCRIPTION = 1;
  static final int FAILURE_ACTIONS = 2;
  static final int DELAYED_AUTO_START = 3;
  static final int FAILURE_ACTIONS_FLAG = 4;
  static final int SID = 5;
  static final int REQUIRED_PRIVILEGES = 6;
  static final int PRESHUTDOWN = 7;

  static final int SID_UNRESTRICTED = 1;
  static final int ACTION_RESTART = 1;

  // SERVICE_FAILURE_ACTIONSW on x64.
  static final int FAILURE_SIZE = 40;
  static final int FAILURE_RESET = 0;
  static final int FAILURE_COUNT = 24;
  static final int FAILURE_ACTION_LIST = 32;
  static final int ACTION_SIZE = 8;
  static final int ACTION_DELAY = 4;

  /** A structure of one pointer: SERVICE_DESCRIPTIONW, SERVICE_REQUIRED_PRIVILEGES_INFOW. */
  static final int POINTER_SIZE = 8;

  /** A structure of one number: the others. */
  static final int NUMBER_SIZE = 4;

  /** After a fall: at once, then slower; a service that stood for a day counts as well again. */
  private static final List<Duration> RESTARTS =
      List.of(Duration.ofSeconds(5), Duration.ofSeconds(30), Duration.ofMinutes(2));

  private static final Duration WELL_AGAIN = Duration.ofDays(1);

  /**
   * All that the service may ever have; whatever else LocalSystem has is taken from it. To see
   * other accounts' processes and files, read the security log, and start the notice in a person's
   * session. (winnt.h: SE_..._NAME.)
   */
  static final List<String> PRIVILEGES =
      List.of(
          "SeChangeNotifyPrivilege",
          "SeDebugPrivilege",
          "SeBackupPrivilege",
          "SeSecurityPrivilege",
          "SeTcbPrivilege",
          "SeImpersonatePrivilege",
          "SeAssignPrimaryTokenPrivilege",
          "SeIncreaseQuotaPrivilege");

  private ServiceSettings() {}

  static Memory description(String text) {
    return pointerTo(wide(text + "\0"));
  }

  /** A multi-string: each ends with a zero, and the list with one more. */
  static Memory privileges() {
    return pointerTo(wide(String.join("\0", PRIVILEGES) + "\0\0"));
  }

  static Memory number(int value) {
    Memory info = new Memory(NUMBER_SIZE);
    info.setInt(0, value);
    return info;
  }

  static Memory failureActions() {
    Memory actions = new Memory((long) RESTARTS.size() * ACTION_SIZE);
    for (int i = 0; i < RESTARTS.size(); i++) {
      actions.setInt((long) i * ACTION_SIZE, ACTION_RESTART);
      actions.setInt((long) i * ACTION_SIZE + ACTION_DELAY, (int) RESTARTS.get(i).toMillis());
    }
    Held info = new Held(FAILURE_SIZE, actions);
    info.setInt(FAILURE_RESET, (int) WELL_AGAIN.toSeconds());
    info.setInt(FAILURE_COUNT, RESTARTS.size());
    info.setPointer(FAILURE_ACTION_LIST, actions);
    return info;
  }

  private static Memory pointerTo(Memory text) {
    Held info = new Held(POINTER_SIZE, text);
    info.setPointer(0, text);
    return info;
  }

  private static Memory wide(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_16LE);
    Memory memory = new Memory(bytes.length);
    memory.write(0, bytes, 0, bytes.length);
    return memory;
  }

  /** A structure that keeps alive what it points to. */
  private static final class Held extends Memory {
    @SuppressWarnings("unused") // held, not read
    private final Memory target;

    Held(int size, Memory target) {
      super(size);
      this.target = target;
      clear();
      assert Native.POINTER_SIZE == POINTER_SIZE;
    }
  }
}
