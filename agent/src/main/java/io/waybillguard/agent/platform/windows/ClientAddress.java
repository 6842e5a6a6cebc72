package io.waybillguard.agent.platform.windows;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The address that a remote desktop's client says it has: WTS_CLIENT_ADDRESS of wtsapi32.h. It is
 * the client's own word: behind NAT or a VPN not the one that the connection comes from. Pure.
 */
final class ClientAddress {
  static final int SIZE = 24;
  static final int ADDRESS = 4;

  // winsock2.h
  private static final int AF_INET = 2;
  private static final int AF_INET6 = 23;

  /** The class's page: the bytes begin two after the field's. */
  private static final int BYTES = ADDRESS + 2;

  private ClientAddress() {}

  /** The address in text, or "" when none is told. */
  static String of(byte[] raw) {
    if (raw.length < SIZE) {
      return "";
    }
    int family = ByteBuffer.wrap(raw).order(ByteOrder.LITTLE_ENDIAN).getInt(0);
    return switch (family) {
      case AF_INET -> written(raw).isEmpty() ? binary(raw, 4) : written(raw);
      case AF_INET6 -> binary(raw, 16);
      default -> "";
    };
  }

  /** The structure's page says that IPv4 is text; public code finds bytes. Either is taken. */
  private static String written(byte[] raw) {
    String text = new String(raw, ADDRESS, SIZE - ADDRESS, StandardCharsets.US_ASCII);
    int end = text.indexOf('\0');
    String address = end < 0 ? "" : text.substring(0, end);
    return address.matches("\\d{1,3}(\\.\\d{1,3}){3}") ? address : "";
  }

  private static String binary(byte[] raw, int length) {
    byte[] address = Arrays.copyOfRange(raw, BYTES, BYTES + length);
    for (byte each : address) {
      if (each != 0) {
        try {
          return InetAddress.getByAddress(address).getHostAddress();
        } catch (UnknownHostException e) {
          throw new IllegalStateException("four or sixteen bytes are always an address", e);
        }
      }
    }
    return "";
  }
}
