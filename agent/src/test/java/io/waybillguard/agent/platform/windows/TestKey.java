package io.waybillguard.agent.platform.windows;

import com.sun.jna.platform.win32.Advapi32Util;
import com.sun.jna.platform.win32.WinReg;

/** A key of the test's own below the user's software, away when it is closed. */
final class TestKey implements AutoCloseable {
  private static final String PARENT = "Software";
  private final String name = "WaybillGuardTest-" + ProcessHandle.current().pid();

  TestKey() {
    Advapi32Util.registryCreateKey(WinReg.HKEY_CURRENT_USER, PARENT, name);
  }

  private String below() {
    return PARENT + "\\" + name;
  }

  String path() {
    return "HKEY_CURRENT_USER\\" + below();
  }

  void create(String key) {
    Advapi32Util.registryCreateKey(WinReg.HKEY_CURRENT_USER, below(), key);
  }

  void set(String key, String value, String text) {
    Advapi32Util.registrySetStringValue(
        WinReg.HKEY_CURRENT_USER, below() + (key.isEmpty() ? "" : "\\" + key), value, text);
  }

  void set(String value, int number) {
    Advapi32Util.registrySetIntValue(WinReg.HKEY_CURRENT_USER, below(), value, number);
  }

  void setList(String value, String... list) {
    Advapi32Util.registrySetStringArray(WinReg.HKEY_CURRENT_USER, below(), value, list);
  }

  void set(String value, byte[] bytes) {
    Advapi32Util.registrySetBinaryValue(WinReg.HKEY_CURRENT_USER, below(), value, bytes);
  }

  void delete(String key) {
    Advapi32Util.registryDeleteKey(WinReg.HKEY_CURRENT_USER, below(), key);
  }

  @Override
  public void close() {
    deleteWhole(WinReg.HKEY_CURRENT_USER, below());
  }

  /** A key and all below. */
  static void deleteWhole(WinReg.HKEY root, String key) {
    for (String child : Advapi32Util.registryGetKeys(root, key)) {
      deleteWhole(root, key + "\\" + child);
    }
    Advapi32Util.registryDeleteKey(root, key);
  }
}
