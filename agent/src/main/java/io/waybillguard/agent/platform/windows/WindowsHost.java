package io.waybillguard.agent.platform.windows;

import com.sun.jna.platform.win32.Kernel32;
import com.sun.jna.ptr.IntByReference;
import io.waybillguard.agent.platform.Host;
import io.waybillguard.agent.platform.HostFacts;
import io.waybillguard.agent.platform.Registry;
import java.io.IOException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This machine by kernel32, ntdll and one registry value. Windows keeps no boot id that is sure to
 * be another after each start, so it is "".
 */
public final class WindowsHost implements Host {
  private static final Logger LOG = LoggerFactory.getLogger(WindowsHost.class);

  /** sysinfoapi.h: ComputerNameDnsHostname, which is not cut to 15 characters. */
  private static final int DNS_HOST_NAME = 1;

  private static final int NAME_ROOM = 256;
  private static final String VERSION_KEY =
      "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion";

  private final Libraries libraries;
  private final Kernel32 kernel;

  public WindowsHost() {
    this(Libraries.HERE);
  }

  WindowsHost(Libraries libraries) {
    this.libraries = libraries;
    kernel = libraries.load("kernel32", Kernel32.class);
  }

  @Override
  public HostFacts facts() throws IOException {
    WindowsVersion version = WindowsVersion.of(libraries);
    return new HostFacts(
        hostname(),
        HostFacts.WINDOWS,
        version.named(productName()),
        version.toString(),
        "",
        Duration.ofMillis(kernel.GetTickCount64()));
  }

  private String hostname() throws IOException {
    char[] name = new char[NAME_ROOM];
    IntByReference length = new IntByReference(name.length);
    if (!kernel.GetComputerNameEx(DNS_HOST_NAME, name, length)) {
      throw Win32.failure("GetComputerNameEx", "cannot ask for the machine's name");
    }
    return new String(name, 0, length.getValue());
  }

  /** For people; the version says all that matters. */
  private String productName() {
    try {
      return new WindowsRegistry(libraries)
          .values(VERSION_KEY).stream()
              .filter(value -> value.name().equalsIgnoreCase("ProductName"))
              .map(Registry.Value::text)
              .findFirst()
              .orElse("Windows");
    } catch (IOException e) {
      LOG.debug("Windows does not say which product it is: {}", e.toString());
      return "Windows";
    }
  }
}
