package io.waybillguard.agent.report.wire;

import java.util.Base64;

/**
 * Base64 with one spelling a value: RFC 4648 section 4 with padding and no stray low bits, so that
 * nobody can send the same bytes under two texts.
 */
final class Base64Text {
  private Base64Text() {}

  static String encode(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }

  static byte[] decode(String text, String what) throws WireException {
    byte[] bytes;
    try {
      bytes = Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw new WireException(WireException.Fault.MALFORMED, what + " is no base64", e);
    }
    if (!encode(bytes).equals(text)) {
      throw WireException.malformed(what + " is base64 in a form other than the canonical one");
    }
    return bytes;
  }

  static byte[] decode(String text, int length, String what) throws WireException {
    byte[] bytes = decode(text, what);
    if (bytes.length != length) {
      throw WireException.malformed(
          what + " holds " + bytes.length + " bytes; it should hold " + length);
    }
    return bytes;
  }
}
