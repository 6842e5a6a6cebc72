package io.waybillguard.agent.event;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The secret by which a waybill number becomes a tag: who has the key and a number can tell which
 * records are about it, and who has no key learns nothing from a tag.
 *
 * <p>HQ has one for the company and derives one for each log, which is all that a workstation gets.
 * Limit: numbers are few enough to be tried one after the other, so whoever has a log's key can
 * find the numbers behind that log's tags.
 *
 * <p>Immutable, safe for all threads.
 */
public final class WaybillKey {
  /** Length of a key in bytes. */
  public static final int BYTES = 32;

  /** 16 bytes: two of a company's numbers do not meet by chance. */
  private static final int TAG_BYTES = 16;

  private static final String ALGORITHM = "HmacSHA256"; // RFC 2104 and FIPS 180-4

  private final byte[] secret;

  /**
   * @param secret {@link #BYTES} bytes; copied
   */
  public WaybillKey(byte[] secret) {
    if (secret.length != BYTES) {
      throw new IllegalArgumentException(
          "a key for waybill numbers has " + BYTES + " bytes, not " + secret.length);
    }
    this.secret = secret.clone();
  }

  /**
   * The key that one log's numbers are tagged with.
   *
   * @param log the log's id, 16 hex digits
   */
  public WaybillKey forLog(String log) {
    return new WaybillKey(mac("waybill-key/1\n" + log));
  }

  /**
   * What a number is found by: 32 hex digits.
   *
   * @param number in upper case and half width, as {@link Waybills#numbers} gives it
   */
  public String tag(String number) {
    return HexFormat.of().formatHex(Arrays.copyOf(mac("waybill/1\n" + number), TAG_BYTES));
  }

  /** The key itself, for the file that keeps it and the message that carries it. */
  public byte[] bytes() {
    return secret.clone();
  }

  private byte[] mac(String text) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(secret, ALGORITHM));
      return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new AssertionError("every Java platform has " + ALGORITHM, e);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof WaybillKey key && MessageDigest.isEqual(secret, key.secret);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(secret);
  }

  /** Keeps the secret out of logs. */
  @Override
  public String toString() {
    return "WaybillKey";
  }
}
