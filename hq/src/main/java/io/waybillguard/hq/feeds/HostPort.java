package io.waybillguard.hq.feeds;

import java.util.Optional;

/**
 * The address of a receiver.
 *
 * @param host name or address, without brackets
 */
record HostPort(String host, int port) {

  /**
   * Reads {@code HOST:PORT} or {@code HOST}; an IPv6 address stands in brackets.
   *
   * @param standard the port where none is named
   * @return empty if it is none
   */
  static Optional<HostPort> of(String text, int standard) {
    int colon = text.endsWith("]") ? -1 : text.lastIndexOf(':');
    String host = colon < 0 ? text : text.substring(0, colon);
    String port = colon < 0 ? String.valueOf(standard) : text.substring(colon + 1);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
      if (!host.matches("[0-9A-Fa-f:.]+")) {
        return Optional.empty();
      }
    } else if (!host.matches("[A-Za-z0-9._-]+")) {
      return Optional.empty();
    }
    if (!port.matches("[0-9]{1,5}") || Integer.parseInt(port) > 0xFFFF) {
      return Optional.empty();
    }
    return Optional.of(new HostPort(host, Integer.parseInt(port)));
  }

  /** Whether what is sent to this host leaves the machine. */
  static boolean isLoopback(String host) {
    return host.equals("localhost")
        || host.matches("127(\\.[0-9]{1,3}){3}")
        || host.equals("::1")
        || host.equals("[::1]");
  }
}
