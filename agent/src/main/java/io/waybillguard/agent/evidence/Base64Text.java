package io.waybillguard.agent.evidence;

import java.util.Base64;

/**
 * Standard base64 (RFC 4648 section 4) with one spelling a value. Java's decoder takes missing
 * padding and stray low bits; evidence with two spellings of one signature would let a byte be
 * changed unseen, so both are refused here.
 */
final class Base64Text {
  private Base64Text() {}

  static String encode(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }

  static byte[] decode(String text) throws EvidenceException {
    byte[] bytes;
    try {
      bytes = Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw new EvidenceException("not base64: " + e.getMessage(), e);
    }
    if (!encode(bytes).equals(text)) {
      throw new EvidenceException("base64 in a spelling that is not canonical: \"" + text + "\"");
    }
    return bytes;
  }
}
