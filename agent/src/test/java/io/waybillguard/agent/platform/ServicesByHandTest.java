package io.waybillguard.agent.platform;

import java.nio.file.Path;

/** The one that tests use keeps the promises too. */
final class ServicesByHandTest extends ServiceManagerContract {
  private final ServicesByHand services = new ServicesByHand();

  @Override
  protected ServiceManager manager() {
    return services;
  }

  @Override
  protected Path program() {
    return Path.of("program");
  }
}
