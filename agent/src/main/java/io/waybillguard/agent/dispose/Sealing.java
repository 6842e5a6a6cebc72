package io.waybillguard.agent.dispose;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Content of any size under AES-256-GCM, in chunks of 64 KiB each sealed by itself, so that neither
 * way needs more memory than a chunk. A chunk's nonce is its number (11 bytes) and whether it is
 * the last (1 byte), the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár (2015):
 * chunks cannot be cut off, swapped or repeated. A key must seal one content only.
 */
final class Sealing {
  private static final int CHUNK = 64 << 10;
  private static final int TAG = 16;
  private static final int KEY_BYTES = 32;
  private static final int NONCE = 12;

  private Sealing() {}

  /** A key for one content. */
  static byte[] newKey() {
    byte[] key = new byte[KEY_BYTES];
    new SecureRandom().nextBytes(key);
    return key;
  }

  /** SHA-256 of content, lower-case hex. */
  static String hash(InputStream plain) throws IOException {
    MessageDigest digest = sha256();
    byte[] chunk = new byte[CHUNK];
    for (int read = plain.read(chunk); read >= 0; read = plain.read(chunk)) {
      digest.update(chunk, 0, read);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /**
   * Seals it.
   *
   * @return SHA-256 of what was read, lower-case hex
   */
  static String seal(byte[] key, InputStream plain, OutputStream sealed) throws IOException {
    return run(Cipher.ENCRYPT_MODE, key, plain, sealed, CHUNK);
  }

  /**
   * Opens what {@link #seal} made.
   *
   * @return SHA-256 of what was written, lower-case hex
   * @throws IOException if it is not whole, or of another key
   */
  static String open(byte[] key, InputStream sealed, OutputStream plain) throws IOException {
    return run(Cipher.DECRYPT_MODE, key, sealed, plain, CHUNK + TAG);
  }

  private static String run(int mode, byte[] key, InputStream from, OutputStream to, int size)
      throws IOException {
    MessageDigest digest = sha256();
    byte[] chunk = from.readNBytes(size);
    for (long number = 0; ; number++) {
      byte[] next = chunk.length < size ? new byte[0] : from.readNBytes(size);
      boolean last = next.length == 0;
      byte[] made = one(mode, key, number, last, chunk);
      digest.update(mode == Cipher.ENCRYPT_MODE ? chunk : made);
      to.write(made);
      if (last) {
        return HexFormat.of().formatHex(digest.digest());
      }
      chunk = next;
    }
  }

  private static byte[] one(int mode, byte[] key, long number, boolean last, byte[] chunk)
      throws IOException {
    byte[] nonce =
        ByteBuffer.allocate(NONCE).position(3).putLong(number).put((byte) (last ? 1 : 0)).array();
    try {
      Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
      cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(8 * TAG, nonce));
      return cipher.doFinal(chunk);
    } catch (GeneralSecurityException e) {
      throw new IOException("chunk " + number + " does not open: " + e.getMessage(), e);
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has SHA-256", e);
    }
  }
}
