package io.waybillguard.agent.evidence;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/** A SHA-256 value: 32 bytes, immutable. */
public final class Hash {
  /** Bytes in a SHA-256 value. */
  public static final int LENGTH = 32;

  private final byte[] bytes;

  private Hash(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * The hash that these 32 bytes are.
   *
   * @throws EvidenceException if they are not 32
   */
  public static Hash of(byte[] bytes) throws EvidenceException {
    if (bytes.length != LENGTH) {
      throw new EvidenceException("a SHA-256 value has 32 bytes, this has " + bytes.length);
    }
    return new Hash(bytes.clone());
  }

  /**
   * The hash written in base64, as in checkpoints and proofs; only the canonical spelling is taken.
   */
  public static Hash ofBase64(String text) throws EvidenceException {
    return of(Base64Text.decode(text));
  }

  /** SHA-256 over the parts one after the other. */
  public static Hash sha256(byte[]... parts) {
    MessageDigest digest = digest();
    for (byte[] part : parts) {
      digest.update(part);
    }
    return new Hash(digest.digest());
  }

  /** SHA-256 of a file, of any size. */
  public static Hash sha256(Path file) throws IOException {
    MessageDigest digest = digest();
    try (InputStream in = Files.newInputStream(file)) {
      byte[] buffer = new byte[1 << 16];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        digest.update(buffer, 0, n);
      }
    }
    return finish(digest);
  }

  /** A fresh SHA-256 digest. */
  public static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  /** A copy of the 32 bytes. */
  public byte[] bytes() {
    return bytes.clone();
  }

  void updateInto(MessageDigest digest) {
    digest.update(bytes);
  }

  static Hash finish(MessageDigest digest) {
    return new Hash(digest.digest());
  }

  /** Lower-case hex. */
  public String hex() {
    return HexFormat.of().formatHex(bytes);
  }

  /** Base64 with padding, as in checkpoints. */
  public String base64() {
    return Base64Text.encode(bytes);
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof Hash other && MessageDigest.isEqual(bytes, other.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return base64();
  }
}
