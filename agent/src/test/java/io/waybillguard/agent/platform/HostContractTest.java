package io.waybillguard.agent.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.platform.linux.LinuxHost;
import io.waybillguard.agent.platform.shared.OshiHost;
import java.io.IOException;
import java.net.InetAddress;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every adapter of {@link Host} must tell of the machine that the test runs on. */
final class HostContractTest {
  static Stream<Host> adapters() {
    return OS.current() == OS.LINUX
        ? Stream.of(new LinuxHost(), new OshiHost())
        : Stream.of(new OshiHost());
  }

  @ParameterizedTest
  @MethodSource("adapters")
  void theMachineHasANameASystemAndAnAge(Host host) throws IOException {
    HostFacts facts = host.facts();
    String name = InetAddress.getLocalHost().getHostName();
    assertEquals(name.split("\\.")[0], facts.hostname().split("\\.")[0]);
    assertEquals(
        switch (OS.current()) {
          case LINUX -> HostFacts.LINUX;
          case WINDOWS -> HostFacts.WINDOWS;
          default -> HostFacts.OTHER;
        },
        facts.osTypeId());
    assertFalse(facts.osName().isBlank());
    assertTrue(facts.uptime().toSeconds() > 0);
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void theTwoAdaptersAgreeOnLinux() throws IOException {
    HostFacts light = new LinuxHost().facts();
    HostFacts oshi = new OshiHost().facts();
    assertEquals(oshi.hostname(), light.hostname());
    assertEquals(oshi.osName(), light.osName());
    assertEquals(oshi.osVersion(), light.osVersion());
    assertTrue(
        light.uptime().minus(oshi.uptime()).abs().toSeconds() < 60,
        () -> light.uptime() + " and " + oshi.uptime());
    assertEquals(36, light.osBoot().length(), "a UUID");
  }
}
