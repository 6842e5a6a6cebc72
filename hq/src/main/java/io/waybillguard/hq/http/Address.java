package io.waybillguard.hq.http;

/**
 * Where a server listens.
 *
 * @param host name or address, without brackets
 * @param port 0 for any free one
 */
public record Address(String host, int port) {

  /**
   * Reads {@code HOST:PORT}; an IPv6 address stands in brackets.
   *
   * @throws IllegalArgumentException if it is none
   */
  public static Address parse(String text) {
    int colon = text.lastIndexOf(':');
    String host = colon < 0 ? "" : text.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    } else if (host.contains(":")) {
      throw new IllegalArgumentException("an IPv6 address stands in brackets: " + text);
    }
    String port = text.substring(colon + 1);
    if (host.isEmpty() || !port.matches("[0-9]{1,5}") || Integer.parseInt(port) > 0xFFFF) {
      throw new IllegalArgumentException("not HOST:PORT: " + text);
    }
    return new Address(host, Integer.parseInt(port));
  }

  /** Whether it stands for every address of the machine. */
  public boolean isEverywhere() {
    return host.equals("0.0.0.0") || host.equals("::") || host.equals("0:0:0:0:0:0:0:0");
  }

  /** {@code https://HOST:PORT}. */
  public String url() {
    return "https://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }
}
