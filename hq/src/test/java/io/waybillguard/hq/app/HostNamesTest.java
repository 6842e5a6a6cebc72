package io.waybillguard.hq.app;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The names that HQ's certificate holds. */
final class HostNamesTest {
  /** Java tells the card with each IPv6 address of one; no certificate can hold that. */
  @Test
  void anAddressIsSpeltInOneWayAndWithoutItsCard() throws Exception {
    assertEquals(
        new TreeSet<>(List.of("fd00:0:0:0:0:0:0:2", "hq.example.com", "192.0.2.2")),
        Hq.plain(List.of("fd00::2", "fd00:0:0:0:0:0:0:2%lo", "hq.example.com", "192.0.2.2")));
  }
}
