package io.waybillguard.agent.detect;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Other computers: by address, by network ({@code 10.8.0.0/16}, {@code fd00::/8}), or by name. */
final class Peers {
  @SuppressWarnings("ArrayRecordComponent") // looked into, never compared
  private record Network(byte[] address, int bits) {
    boolean holds(byte[] other) {
      if (other.length != address.length) {
        return false;
      }
      for (int bit = 0; bit < bits; bit++) {
        int mask = 0x80 >> bit % 8;
        if ((address[bit / 8] & mask) != (other[bit / 8] & mask)) {
          return false;
        }
      }
      return true;
    }
  }

  private final Set<String> names = new HashSet<>();
  private final List<Network> networks = new ArrayList<>();

  /**
   * @param texts addresses, networks and names
   * @throws IllegalArgumentException if one has a slash and is no network
   */
  Peers(List<String> texts) {
    for (String text : texts) {
      int slash = text.indexOf('/');
      byte[] address = address(slash < 0 ? text : text.substring(0, slash));
      if (slash < 0 && address.length == 0) {
        names.add(text.toLowerCase(Locale.ROOT));
      } else {
        networks.add(new Network(address, slash < 0 ? address.length * 8 : bits(text, address)));
      }
    }
  }

  private static int bits(String text, byte[] address) {
    String digits = text.substring(text.indexOf('/') + 1);
    int bits = digits.matches("[0-9]{1,3}") ? Integer.parseInt(digits) : -1;
    if (address.length == 0 || bits < 0 || bits > address.length * 8) {
      throw new IllegalArgumentException(
          text + " is no network; write an address and how many of its bits count: 10.8.0.0/16");
    }
    return bits;
  }

  /**
   * Whether one of them is meant.
   *
   * @param peer an address, or a name as the system wrote it down; "" when nothing is known
   */
  boolean contains(String peer) {
    byte[] address = address(peer);
    return address.length == 0
        ? names.contains(peer.toLowerCase(Locale.ROOT))
        : networks.stream().anyMatch(network -> network.holds(address));
  }

  /** The bytes of an address in digits; none when it is a name. Nothing is looked up. */
  private static byte[] address(String text) {
    String bare = text.replaceAll("%.*", "");
    if (!bare.matches("[0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*")) {
      return new byte[0];
    }
    try {
      return InetAddress.getByName(bare).getAddress(); // IPv4 in IPv6 clothes gives IPv4
    } catch (UnknownHostException e) {
      return new byte[0]; // 300.1.1.1
    }
  }
}
