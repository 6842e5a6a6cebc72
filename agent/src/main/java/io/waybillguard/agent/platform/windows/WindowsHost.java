package io.waybillguard.agent.platform.windows;

import com.sun.jna.platform.win32.Advapi32Util;
import com.sun.jna.platform.win32.Kernel32;
import com.sun.jna.platform.win32.Win32Exception;
import com.sun.jna.platform.win32.WinReg;
import com.sun.jna.ptr.IntByReference;
import io.waybillguard.agent.platform.Host;
import io.waybillguard.agent.platform.HostFacts;
import java.io.IOException;
import java.time.Duration;

/**
 * This machine by kernel32, ntdll and one registry value. Windows keeps no boot id that is sure to
 * be another after each start, so it is "".
 */
public final class WindowsHost implements Host {
  /** sysinfoapi.h: ComputerNameDnsHostname, which is not cut to 15 characters. */
  private static final int DNS_HOST_NAME = 1;

  private static final int NAME_ROOM = 256;
  private static final String VERSION_KEY = "SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion";

  @Override
  public HostFacts facts() throws IOException {
    WindowsVersion version = WindowsVersion.here();
    return new HostFacts(
        hostname(),
        HostFacts.WINDOWS,
        version.named(productName()),
        version.toString(),
        "",
        Duration.ofMillis(Kernel32.INSTANCE.GetTickCount64()));
  }

  private static String hostname() throws IOException {
    char[] name = new char[NAME_ROOM];
    IntByReference length = new IntByReference(name.length);
    if (!Kernel32.INSTANCE.GetComputerNameEx(DNS_HOST_NAME, name, length)) {
      throw Win32.failure("cannot ask for the machine's name");
    }
    return new String(name, 0, length.getValue());
  }

  private static String productName() {
    try {
      return Advapi32Util.registryGetStringValue(
          WinReg.HKEY_LOCAL_MACHINE, VERSION_KEY, "ProductName");
    } catch (Win32Exception e) {
      return "Windows"; // the value is for people; the version says all that matters
    }
  }
}
