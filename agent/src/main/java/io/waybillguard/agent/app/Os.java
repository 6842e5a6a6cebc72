package io.waybillguard.agent.app;

import io.waybillguard.agent.evidence.Secrets;
import io.waybillguard.agent.platform.Host;
import io.waybillguard.agent.platform.Registry;
import io.waybillguard.agent.platform.ServiceLife;
import io.waybillguard.agent.platform.ServiceManager;
import io.waybillguard.agent.platform.SystemEvents;
import io.waybillguard.agent.platform.linux.LinuxHost;
import io.waybillguard.agent.platform.shared.OshiHost;
import io.waybillguard.agent.platform.windows.WindowsHost;
import io.waybillguard.agent.platform.windows.WindowsRegistry;
import io.waybillguard.agent.platform.windows.WindowsServiceLife;
import io.waybillguard.agent.platform.windows.WindowsServiceManager;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/**
 * Which system this is: the one place where it is decided what stands behind the ports. No class of
 * another system is loaded.
 */
enum Os {
  LINUX,
  WINDOWS,
  /** One that this version has no eyes for. */
  OTHER;

  /** The system that runs this program. */
  static Os here() {
    return named(System.getProperty("os.name"));
  }

  /**
   * @param osName as Java calls it
   */
  static Os named(String osName) {
    String name = osName.toLowerCase(Locale.ROOT);
    return name.startsWith("linux") ? LINUX : name.startsWith("windows") ? WINDOWS : OTHER;
  }

  /** Who tells what machine this is. OSHI, which asks any system, costs some 10 MB. */
  Host host() {
    return switch (this) {
      case LINUX -> new LinuxHost();
      case WINDOWS -> new WindowsHost();
      case OTHER -> new OshiHost();
    };
  }

  /** What stands for {@code /}: the system's drive on Windows. */
  Path root() {
    return this == WINDOWS ? WindowsSensors.drive() : Path.of("/");
  }

  /** The registry; none is there on a system that has none. */
  Registry registry() {
    return this == WINDOWS ? new WindowsRegistry() : Registry.NONE;
  }

  /** How keys are kept: on Windows by its data protection, elsewhere by the mode of their files. */
  Secrets secrets() {
    return this == WINDOWS ? Secrets.wrappedBy(new WindowsWrapping()) : Secrets.PLAIN;
  }

  /** The manager of services, where this version knows one. */
  Optional<ServiceManager> serviceManager() {
    return this == WINDOWS ? Optional.of(new WindowsServiceManager()) : Optional.empty();
  }

  /**
   * How this process may live as a service, where that is other than a program in the foreground.
   *
   * @param events is told of what the manager says
   */
  Optional<ServiceLife> serviceLife(SystemEvents events) {
    return this == WINDOWS ? Optional.of(new WindowsServiceLife(events)) : Optional.empty();
  }
}
