package io.waybillguard.agent.platform.windows;

import com.sun.jna.platform.win32.Kernel32;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Paths as the kernel names them, such as {@code \Device\HarddiskVolume3\a.exe}, as people write
 * them. Which device a drive letter stands for is asked anew when one is not known, since sticks
 * come and go. Used by one thread.
 */
final class DevicePaths {
  private static final String DEVICE = "\\Device\\";
  private static final String SYSTEM_ROOT = "\\SystemRoot\\";
  private static final String DOS = "\\??\\";

  /** Of other machines: by the provider of all names (MUP), and by that of Windows shares. */
  private static final String[] NETWORK = {"\\Device\\Mup\\", "\\Device\\LanmanRedirector\\"};

  private static final int NAME_ROOM = 1_024;

  /** What drive letters stand for. */
  @FunctionalInterface
  interface Drives {
    /**
     * @param drive such as {@code C:}
     * @return the device, or "" when there is none
     */
    String device(String drive);
  }

  private final Drives drives;
  private final String windows;
  private final Map<String, String> known = new LinkedHashMap<>();

  /**
   * @param windows the folder of Windows, such as {@code C:\Windows}
   */
  DevicePaths(Drives drives, String windows) {
    this.drives = drives;
    this.windows = windows;
  }

  /** Of the machine whose libraries these are. */
  static DevicePaths of(Libraries libraries) {
    Kernel32 kernel = libraries.load("kernel32", Kernel32.class);
    return new DevicePaths(
        drive -> ask(kernel, drive), System.getenv().getOrDefault("SystemRoot", "C:\\Windows"));
  }

  private static String ask(Kernel32 kernel, String drive) {
    char[] names = new char[NAME_ROOM];
    int length = kernel.QueryDosDevice(drive, names, names.length);
    String all = new String(names, 0, Math.max(0, length));
    int end = all.indexOf('\0'); // what it stands for now comes first
    return end < 0 ? all : all.substring(0, end);
  }

  /** As people write it; what cannot be told stays as it is. */
  String plain(String path) {
    if (path.startsWith(DOS)) {
      return path.substring(DOS.length());
    }
    if (startsWith(path, SYSTEM_ROOT)) {
      return windows + path.substring(SYSTEM_ROOT.length() - 1);
    }
    for (String network : NETWORK) {
      if (startsWith(path, network)) {
        // A mapped drive stands between as ";Z:000000000004a1c2\".
        return "\\\\" + path.substring(network.length()).replaceFirst("^;[^\\\\]*\\\\", "");
      }
    }
    if (!startsWith(path, DEVICE)) {
      return path;
    }
    String device = device(path);
    String drive = known.get(device);
    if (drive == null) {
      learn();
      drive = known.get(device);
    }
    return drive == null ? path : drive + path.substring(device.length());
  }

  private static boolean startsWith(String path, String beginning) {
    return path.regionMatches(true, 0, beginning, 0, beginning.length());
  }

  private static String device(String path) {
    int end = path.indexOf('\\', DEVICE.length());
    return (end < 0 ? path : path.substring(0, end)).toLowerCase(Locale.ROOT);
  }

  /** The last part of a path. */
  static String name(String path) {
    return path.substring(path.lastIndexOf('\\') + 1);
  }

  /** What drive letters stand for may have changed. */
  void forget() {
    known.clear();
  }

  private void learn() {
    known.clear();
    for (char letter = 'A'; letter <= 'Z'; letter++) {
      String drive = letter + ":";
      String device = drives.device(drive);
      if (!device.isEmpty()) {
        known.putIfAbsent(device.toLowerCase(Locale.ROOT), drive);
      }
    }
  }
}
