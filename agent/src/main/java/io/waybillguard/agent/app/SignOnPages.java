package io.waybillguard.agent.app;

import io.waybillguard.agent.config.Config;
import io.waybillguard.agent.desk.Hearing;
import io.waybillguard.agent.desk.SignOnPage;
import io.waybillguard.agent.platform.linux.LinuxCallers;
import io.waybillguard.agent.platform.linux.LinuxDesktop;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The page at which people sign on, on this system. */
final class SignOnPages {
  private static final Logger LOG = LoggerFactory.getLogger(SignOnPages.class);

  private SignOnPages() {}

  /** The page, if the settings want it and this system tells who calls. */
  static Optional<SignOnPage> of(
      String osName, Config.Terminal settings, Hearing hearing, InstantSource clock) {
    if (settings.page() && Os.named(osName) != Os.LINUX) {
      LOG.warn("terminal.page: on this system nobody tells who calls; there is no page");
    }
    return settings.page() && Os.named(osName) == Os.LINUX
        ? Optional.of(
            new SignOnPage(
                hearing, new LinuxCallers(), new LinuxDesktop(), new SecureRandom(), clock))
        : Optional.empty();
  }
}
