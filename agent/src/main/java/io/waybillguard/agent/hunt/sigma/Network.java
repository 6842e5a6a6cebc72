package io.waybillguard.agent.hunt.sigma;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.regex.Pattern;

/** The addresses of a network: {@code 10.0.0.0/8}, {@code fe80::/10}. */
@SuppressWarnings("ArrayRecordComponent") // asked, never compared
record Network(byte[] address, int bits) implements Match {
  private static final Pattern LITERAL =
      Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9a-fA-F.]*:[0-9a-fA-F:.]*");

  /** Reads it; empty when it is none. */
  static Optional<Network> of(String written) {
    int slash = written.indexOf('/');
    if (slash < 0 || !written.substring(slash + 1).matches("[0-9]{1,3}")) {
      return Optional.empty();
    }
    int bits = Integer.parseInt(written.substring(slash + 1));
    return address(written.substring(0, slash))
        .filter(a -> bits <= a.length * 8)
        .map(a -> new Network(a, bits));
  }

  /** The bytes of an address that is written out: no name is looked up. */
  private static Optional<byte[]> address(String text) {
    if (!LITERAL.matcher(text).matches()) {
      return Optional.empty();
    }
    try {
      return Optional.of(InetAddress.getByName(text).getAddress());
    } catch (UnknownHostException e) {
      return Optional.empty();
    }
  }

  @Override
  public boolean matches(String value) {
    return address(value).filter(this::holds).isPresent();
  }

  private boolean holds(byte[] other) {
    if (other.length != address.length) {
      return false;
    }
    for (int bit = 0; bit < bits; bit++) {
      int mask = 0x80 >> (bit % 8);
      if (((address[bit / 8] ^ other[bit / 8]) & mask) != 0) {
        return false;
      }
    }
    return true;
  }
}
