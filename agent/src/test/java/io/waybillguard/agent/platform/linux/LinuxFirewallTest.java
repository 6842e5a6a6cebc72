package io.waybillguard.agent.platform.linux;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.waybillguard.agent.platform.Firewall;
import io.waybillguard.agent.platform.FirewallContract;
import io.waybillguard.agent.platform.UnsupportedHere;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** nf_tables of this machine; needs its administrator's rights. */
final class LinuxFirewallTest extends FirewallContract {
  private static final int DISCARD = 9;

  private final LinuxFirewall firewall = new LinuxFirewall();

  @Override
  protected Firewall firewall() {
    return firewall;
  }

  @BeforeEach
  void mayChangeTheFirewall() throws IOException {
    try {
      firewall.keep(List.of());
    } catch (UnsupportedHere e) {
      Assumptions.abort("SKIPPED: " + e.getMessage());
    }
  }

  @AfterEach
  void leaveNothing() throws IOException {
    firewall.keep(List.of());
  }

  @Test
  void whatIsBlockedCannotBeSentToAndWhatLiesBesideItCan() throws IOException {
    firewall.keep(List.of(to(ONE, "127.66.3.7", 24, DISCARD)));
    // The system refuses at once what its own firewall drops: EPERM of sendto(2).
    assertThrows(IOException.class, () -> send("127.66.3.200", DISCARD));
    assertDoesNotThrow(() -> send("127.66.3.200", DISCARD + 1));
    assertDoesNotThrow(() -> send("127.66.4.7", DISCARD));
    firewall.keep(List.of(to(ONE, "127.66.3.7", 32, 0)));
    assertThrows(IOException.class, () -> send("127.66.3.7", DISCARD + 1));
    assertDoesNotThrow(() -> send("127.66.3.8", DISCARD));
  }

  @Test
  void aProgramCannotBeNamedAndWhatHeldBeforeGoesOnToHold() throws IOException {
    firewall.keep(List.of(to(ONE, "127.66.3.7", 32, 0)));
    assertThrows(
        UnsupportedHere.class, () -> firewall.keep(List.of(new Firewall.Program(TWO, "/x"))));
    assertThrows(IOException.class, () -> send("127.66.3.7", DISCARD));
  }

  private static void send(String address, int port) throws IOException {
    try (DatagramSocket socket = new DatagramSocket()) {
      socket.send(new DatagramPacket(new byte[1], 1, InetAddress.getByName(address), port));
    }
  }
}
