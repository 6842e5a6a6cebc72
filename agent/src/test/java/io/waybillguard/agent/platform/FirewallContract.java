package io.waybillguard.agent.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.waybillguard.agent.platform.Firewall.Destination;
import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a firewall promises, by rules on addresses that nobody has (RFC 5737, RFC 3849). */
public abstract class FirewallContract {
  protected static final String ONE = "0123456789abcdef".repeat(2);
  protected static final String TWO = "fedcba9876543210".repeat(2);

  protected abstract Firewall firewall();

  protected static Destination to(String id, String network, int prefix, int port)
      throws IOException {
    return new Destination(id, InetAddress.getByName(network), prefix, port);
  }

  @Test
  void rulesHoldUntilOthersTakeTheirPlace() throws IOException {
    firewall().keep(List.of(to(ONE, "203.0.113.7", 24, 0), to(TWO, "2001:db8::", 32, 443)));
    assertEquals(Set.of(ONE, TWO), firewall().holding());
    firewall().keep(List.of(to(TWO, "203.0.113.7", 32, 53)));
    assertEquals(Set.of(TWO), firewall().holding());
    firewall().keep(List.of());
    assertEquals(Set.of(), firewall().holding());
  }

  @Test
  void withoutRulesNothingHolds() throws IOException {
    firewall().keep(List.of());
    firewall().keep(List.of());
    assertEquals(Set.of(), firewall().holding());
  }
}
