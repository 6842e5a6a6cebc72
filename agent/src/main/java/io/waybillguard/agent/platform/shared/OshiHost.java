package io.waybillguard.agent.platform.shared;

import io.waybillguard.agent.platform.Host;
import io.waybillguard.agent.platform.HostFacts;
import java.time.Duration;
import java.util.Locale;
import oshi.SystemInfo;
import oshi.software.os.OperatingSystem;

/**
 * This machine by OSHI, for systems that have no lighter way. Nothing of OSHI is loaded before it
 * is asked.
 *
 * <p>No system that it knows has a boot id but Linux, and OSHI does not read that one: it is "".
 */
public final class OshiHost implements Host {
  @Override
  public HostFacts facts() {
    OperatingSystem os = new SystemInfo().getOperatingSystem();
    String family = os.getFamily();
    return new HostFacts(
        os.getNetworkParams().getHostName(),
        typeId(System.getProperty("os.name")),
        family,
        os.getVersionInfo().getVersion(),
        "",
        Duration.ofSeconds(os.getSystemUptime()));
  }

  private static int typeId(String osName) {
    String name = osName.toLowerCase(Locale.ROOT);
    if (name.startsWith("windows")) {
      return HostFacts.WINDOWS;
    }
    return name.startsWith("linux") ? HostFacts.LINUX : HostFacts.OTHER;
  }
}
