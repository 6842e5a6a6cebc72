package io.waybillguard.agent.report.wire;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/**
 * A one-time enrolment token: {@code wg} + base64url(32 secret bytes ‖ the first 16 bytes of the
 * SHA-256 of the HQ CA's certificate).
 *
 * <p>It carries the pin so that an agent that was given nothing but the token still knows which HQ
 * it may hand the secret to.
 *
 * @param text the token as it is printed and typed
 */
public record EnrollToken(String text) {
  /** Secret bytes in a token. */
  public static final int SECRET_BYTES = 32;

  private static final String PREFIX = "wg";
  private static final int PIN_BYTES = 16;

  /**
   * A token of this secret for the HQ with this CA.
   *
   * @param secret {@link #SECRET_BYTES} random bytes
   * @param caSha256 SHA-256 of the CA certificate's DER form
   */
  public static EnrollToken of(byte[] secret, byte[] caSha256) {
    if (secret.length != SECRET_BYTES || caSha256.length != 32) {
      throw new IllegalArgumentException(
          "a token takes 32 secret and 32 hash bytes, not "
              + secret.length
              + " and "
              + caSha256.length);
    }
    byte[] bytes = Arrays.copyOf(secret, SECRET_BYTES + PIN_BYTES);
    System.arraycopy(caSha256, 0, bytes, SECRET_BYTES, PIN_BYTES);
    return new EnrollToken(PREFIX + Base64.getUrlEncoder().encodeToString(bytes));
  }

  /**
   * Reads a token as a person pasted it; white space around it is ignored.
   *
   * @throws WireException if it is no token: cut short, mistyped or something else
   */
  public static EnrollToken parse(String pasted) throws WireException {
    String text = pasted.strip();
    // 48 bytes are 64 base64url characters without padding.
    if (!text.matches(PREFIX + "[A-Za-z0-9_-]{64}")) {
      throw WireException.malformed(
          "no enrolment token: it starts with wg and has 66 characters, this has " + text.length());
    }
    return new EnrollToken(text);
  }

  /** Whether this token was made for the HQ whose CA certificate has this SHA-256. */
  public boolean pins(byte[] caSha256) {
    byte[] bytes = Base64.getUrlDecoder().decode(text.substring(PREFIX.length()));
    return Arrays.equals(
        bytes, SECRET_BYTES, SECRET_BYTES + PIN_BYTES, caSha256, 0, Math.min(16, caSha256.length));
  }

  /** The first 16 bytes of the SHA-256 of the CA that the token was made under, as hex. */
  public String pinHex() {
    byte[] bytes = Base64.getUrlDecoder().decode(text.substring(PREFIX.length()));
    return HexFormat.of().formatHex(bytes, SECRET_BYTES, SECRET_BYTES + PIN_BYTES);
  }

  /** SHA-256 of the text, lower-case hex: what HQ stores and what both enrolment keys sign. */
  public String sha256() {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  /** Keeps the secret out of logs. */
  @Override
  public String toString() {
    return "EnrollToken[sha256=" + sha256() + "]";
  }
}
