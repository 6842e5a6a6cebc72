package io.waybillguard.agent.platform.windows;

import com.sun.jna.platform.win32.Kernel32;
import com.sun.jna.platform.win32.User32;
import com.sun.jna.platform.win32.WinUser.LASTINPUTINFO;
import java.io.IOException;
import java.time.Duration;

/**
 * How long nothing was touched in the session of this process. It answers for no other session, and
 * for a service's not at all.
 */
final class LastInput {
  /** What is farther ahead than that is not ahead: the count began anew since. */
  private static final int AHEAD_MILLIS = 60_000;

  private final User32 user;
  private final Kernel32 kernel;

  LastInput(Libraries libraries) {
    user = libraries.load("user32", User32.class);
    kernel = libraries.load("kernel32", Kernel32.class);
  }

  Duration ago() throws IOException {
    LASTINPUTINFO info = new LASTINPUTINFO();
    info.cbSize = info.size();
    if (!user.GetLastInputInfo(info)) {
      throw Win32.failure("GetLastInputInfo", "cannot ask when something was touched last");
    }
    return between(info.dwTime, kernel.GetTickCount());
  }

  /**
   * Both count milliseconds in 32 bits and begin anew after 49.7 days. An input that is a moment
   * ahead of the clock is now.
   */
  static Duration between(int touched, int now) {
    int ago = now - touched;
    return ago < 0 && ago > -AHEAD_MILLIS
        ? Duration.ZERO
        : Duration.ofMillis(Integer.toUnsignedLong(ago));
  }
}
