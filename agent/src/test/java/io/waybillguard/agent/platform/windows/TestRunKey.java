package io.waybillguard.agent.platform.windows;

import com.sun.jna.platform.win32.Advapi32Util;
import com.sun.jna.platform.win32.WinReg;

/** A value in the Run key of whoever runs the test, away when it is closed. */
public final class TestRunKey implements AutoCloseable {
  private static final String RUN = "Software\\Microsoft\\Windows\\CurrentVersion\\Run";
  private final String name;

  /**
   * @param name of the value
   */
  public TestRunKey(String name) {
    this.name = name;
    Advapi32Util.registryCreateKey(WinReg.HKEY_CURRENT_USER, RUN);
  }

  /** Sets it. */
  public void set(String command) {
    Advapi32Util.registrySetStringValue(WinReg.HKEY_CURRENT_USER, RUN, name, command);
  }

  @Override
  public void close() {
    Advapi32Util.registryDeleteValue(WinReg.HKEY_CURRENT_USER, RUN, name);
  }
}
