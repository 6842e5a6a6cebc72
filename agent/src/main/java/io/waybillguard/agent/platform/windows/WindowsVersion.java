package io.waybillguard.agent.platform.windows;

import com.sun.jna.Memory;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import com.sun.jna.win32.StdCallLibrary;
import java.io.IOException;

/**
 * Which Windows this is. By RtlGetVersion: GetVersionEx answers what the program's manifest claims
 * to know, and java.exe's may know less than there is.
 *
 * @param build such as 19045; 22000 and later is Windows 11, which still calls itself 10.0
 */
record WindowsVersion(int major, int minor, int build) {
  /** OSVERSIONINFOW: size, major, minor, build, platform, 128 characters. */
  static final int INFO_SIZE = 276;

  static final int INFO_MAJOR = 4;
  static final int INFO_MINOR = 8;
  static final int INFO_BUILD = 12;

  private static final int FIRST_BUILD_OF_11 = 22_000;

  /** The one function of ntdll for it (wdm.h); always succeeds, says its page. */
  interface Ntdll extends StdCallLibrary {
    int RtlGetVersion(Pointer info);
  }

  static WindowsVersion of(Libraries libraries) throws IOException {
    try (Memory info = new Memory(INFO_SIZE)) {
      info.clear();
      info.setInt(0, INFO_SIZE);
      int status = libraries.load("ntdll", Ntdll.class).RtlGetVersion(info);
      if (status != 0) {
        throw Win32.refused("RtlGetVersion", "this system does not tell its version", status);
      }
      return new WindowsVersion(
          info.getInt(INFO_MAJOR), info.getInt(INFO_MINOR), info.getInt(INFO_BUILD));
    }
  }

  /**
   * Whether Wine stands in for Windows. It exports functions that end the process when they are
   * called, so what uses those must not be tried there.
   */
  static boolean isWine() {
    try {
      return NativeLibrary.getInstance("ntdll").getFunction("wine_get_version") != null;
    } catch (UnsatisfiedLinkError e) {
      return false; // the export is Wine's own
    }
  }

  boolean isAtLeast(int otherMajor, int otherMinor) {
    return major > otherMajor || (major == otherMajor && minor >= otherMinor);
  }

  /** The name that the system gives itself, set right where it is known to be wrong. */
  String named(String productName) {
    return build >= FIRST_BUILD_OF_11
        ? productName.replace("Windows 10", "Windows 11")
        : productName;
  }

  @Override
  public String toString() {
    return major + "." + minor + "." + build;
  }
}
