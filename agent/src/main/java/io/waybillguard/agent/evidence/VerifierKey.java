package io.waybillguard.agent.evidence;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * A named Ed25519 public key in the vkey text form of C2SP signed-note: {@code
 * name+hhhhhhhh+base64(type ‖ key)}.
 *
 * <p>Type 0x01 signs note text; type 0x04 makes timestamped cosignatures (C2SP tlog-cosignature
 * v1).
 */
public final class VerifierKey {
  /** Signature type of a note's own signer. */
  public static final byte SIGNER = 0x01;

  /** Signature type of a cosigner. */
  public static final byte COSIGNER = 0x04;

  private static final int SIGNATURE_LENGTH = 64;

  // SubjectPublicKeyInfo of an Ed25519 key up to the 32 key bytes (RFC 8410 section 4).
  private static final byte[] SPKI = HexFormat.of().parseHex("302a300506032b6570032100");

  private final String name;
  private final byte type;
  private final byte[] raw;
  private final PublicKey key;

  private VerifierKey(String name, byte type, byte[] raw, PublicKey key) {
    this.name = name;
    this.type = type;
    this.raw = raw;
    this.key = key;
  }

  /**
   * A key from its name, type and 32 bytes.
   *
   * @throws EvidenceException if the name is not one that a note can carry, or the bytes are no
   *     Ed25519 key
   */
  public static VerifierKey of(String name, byte type, byte[] raw) throws EvidenceException {
    checkName(name);
    if (type != SIGNER && type != COSIGNER) {
      throw new EvidenceException(
          "key type " + type + " of " + name + " is neither 1 (signer) nor 4 (cosigner)");
    }
    if (raw.length != 32) {
      throw new EvidenceException(
          "an Ed25519 key has 32 bytes, that of " + name + " has " + raw.length);
    }
    try {
      PublicKey key =
          KeyFactory.getInstance("Ed25519")
              .generatePublic(new X509EncodedKeySpec(concat(SPKI, raw)));
      return new VerifierKey(name, type, raw.clone(), key);
    } catch (GeneralSecurityException e) {
      throw new EvidenceException("the key of " + name + " is no Ed25519 key", e);
    }
  }

  /** The key behind a Java Ed25519 public key. */
  public static VerifierKey of(String name, byte type, PublicKey key) throws EvidenceException {
    byte[] spki = key.getEncoded();
    if (spki.length != SPKI.length + 32 || !Arrays.equals(Arrays.copyOf(spki, SPKI.length), SPKI)) {
      throw new EvidenceException(
          "the key of " + name + " is no Ed25519 key but " + key.getAlgorithm());
    }
    return of(name, type, Arrays.copyOfRange(spki, SPKI.length, spki.length));
  }

  /**
   * Reads a vkey.
   *
   * @throws EvidenceException if it is not well formed, or its key id does not fit its key
   */
  public static VerifierKey parse(String vkey) throws EvidenceException {
    // Base64 may hold "+" itself, so only the first two count.
    String[] parts = vkey.split("\\+", 3);
    if (parts.length != 3) {
      throw new EvidenceException("not a vkey (name+id+key): \"" + vkey + "\"");
    }
    byte[] typed = Base64Text.decode(parts[2]);
    if (typed.length != 33) {
      throw new EvidenceException(
          "the vkey of " + parts[0] + " holds " + typed.length + " bytes, expected 33");
    }
    VerifierKey key = of(parts[0], typed[0], Arrays.copyOfRange(typed, 1, 33));
    if (!HexFormat.of().toHexDigits(key.id()).equals(parts[1])) {
      throw new EvidenceException(
          "the vkey of "
              + parts[0]
              + " says id "
              + parts[1]
              + ", its key has "
              + HexFormat.of().toHexDigits(key.id()));
    }
    return key;
  }

  /**
   * Refuses a name that a signed note cannot carry: empty, or with white space, "+" or control
   * characters.
   */
  static void checkName(String name) throws EvidenceException {
    boolean bad =
        name.isEmpty()
            || name.codePoints()
                .anyMatch(
                    c ->
                        c == '+'
                            || c < 0x20
                            || Character.isWhitespace(c)
                            || Character.isSpaceChar(c));
    if (bad) {
      throw new EvidenceException(
          "\"" + name + "\" cannot name a key: it must not be empty or hold spaces or \"+\"");
    }
  }

  /** The key's name; for an agent's log it equals the log's origin. */
  public String name() {
    return name;
  }

  /** {@link #SIGNER} or {@link #COSIGNER}. */
  public byte type() {
    return type;
  }

  /** A copy of the 32 key bytes. */
  public byte[] raw() {
    return raw.clone();
  }

  /** Key id: first four bytes of SHA-256(name ‖ 0x0A ‖ type ‖ key), big-endian. */
  public int id() {
    byte[] hash =
        Hash.sha256((name + "\n").getBytes(StandardCharsets.UTF_8), new byte[] {type}, raw).bytes();
    return java.nio.ByteBuffer.wrap(hash).getInt();
  }

  /** Whether {@code signature} (64 bytes) is this key's over {@code message}. */
  public boolean verifies(byte[] message, byte[] signature) {
    // The JDK's Ed25519 does not look at bytes after the 64th: a signature would have many
    // spellings.
    if (signature.length != SIGNATURE_LENGTH) {
      return false;
    }
    try {
      Signature ed25519 = Signature.getInstance("Ed25519");
      ed25519.initVerify(key);
      ed25519.update(message);
      return ed25519.verify(signature);
    } catch (GeneralSecurityException e) {
      // Thrown for signatures outside the field and keys off the curve: they are no signatures.
      return false;
    }
  }

  /** The vkey text. */
  @Override
  public String toString() {
    return name
        + "+"
        + HexFormat.of().toHexDigits(id())
        + "+"
        + Base64Text.encode(concat(new byte[] {type}, raw));
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof VerifierKey other && toString().equals(other.toString());
  }

  @Override
  public int hashCode() {
    return toString().hashCode();
  }

  private static byte[] concat(byte[] a, byte[] b) {
    byte[] both = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, both, a.length, b.length);
    return both;
  }
}
