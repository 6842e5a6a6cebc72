package io.waybillguard.agent.detect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

final class PeersTest {
  private final Peers peers =
      new Peers(
          List.of(
              "192.168.1.8",
              "10.8.0.0/13",
              "0.0.0.0/32",
              "fd00:10::/28",
              "2001:db8::7",
              "IT-desk"));

  @Test
  void anAddressIsMeantByItselfAndByItsNetwork() {
    for (String in :
        List.of(
            "192.168.1.8",
            "::ffff:192.168.1.8",
            "10.8.0.0",
            "10.15.255.255",
            "0.0.0.0",
            "fd00:1f::1",
            "2001:db8:0:0::7",
            "2001:DB8::7",
            "it-DESK")) {
      assertTrue(peers.contains(in), in);
    }
    for (String out :
        List.of(
            "",
            "192.168.1.9",
            "10.16.0.0",
            "10.7.255.255",
            "0.0.0.1",
            "fd00:20::1",
            "2001:db8::8",
            "desk",
            "300.1.1.1",
            "192.168.1.8.evil.example")) {
      assertFalse(peers.contains(out), out);
    }
  }

  @Test
  void aNetworkOfAllIsAllOfItsKindAndNoName() {
    Peers all = new Peers(List.of("0.0.0.0/0"));
    assertTrue(all.contains("203.0.113.7"));
    assertFalse(all.contains("2001:db8::7"));
    assertFalse(all.contains("it-desk"));
  }

  @Test
  void whatHasASlashAndIsNoNetworkIsRefused() {
    for (String bad :
        List.of("10.8.0.0/33", "10.8/16", "it/8", "10.8.0.0/", "10.8.0.0/x", "::/129")) {
      IllegalArgumentException e =
          assertThrows(IllegalArgumentException.class, () -> new Peers(List.of(bad)), bad);
      assertEquals(
          bad + " is no network; write an address and how many of its bits count: 10.8.0.0/16",
          e.getMessage());
    }
  }
}
