package io.waybillguard.agent.evidence;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.interfaces.EdECPrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.Arrays;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/**
 * A private Ed25519 key with the public half that others know it by. Its bytes reach no log.
 *
 * <p>Bouncy Castle signs: each record that is sealed at once takes a signature, and Java's own
 * works out the public half anew for each, which takes ten times as long (decision 19). Both come
 * to the same bytes, RFC 8032 leaves nothing to chance. What others have signed is judged by Java's
 * alone, at the desk and at HQ. Safe for use by several threads.
 */
public final class SigningKey {
  private final PrivateKey secret;
  private final VerifierKey verifier;
  private final byte[] seed;

  /** The public half as the seed gives it: under another one a signature would betray the seed. */
  private final byte[] spoken = new byte[Ed25519.PUBLIC_KEY_SIZE];

  private SigningKey(PrivateKey secret, VerifierKey verifier) throws EvidenceException {
    this.secret = secret;
    this.verifier = verifier;
    this.seed =
        secret instanceof EdECPrivateKey key
            ? key.getBytes().orElse(new byte[0])
            : new byte[0]; // a key that keeps its bytes to itself
    if (seed.length != Ed25519.SECRET_KEY_SIZE) {
      throw new EvidenceException("the private key of " + verifier.name() + " is no Ed25519 key");
    }
    Ed25519.generatePublicKey(seed, 0, spoken, 0);
    if (!Arrays.equals(spoken, verifier.raw())) {
      throw new EvidenceException("the private key does not belong to " + verifier);
    }
  }

  /** A fresh pair of halves, not yet named. */
  public static KeyPair freshPair() {
    try {
      return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new AssertionError("every Java platform since 15 has Ed25519 (JEP 339)", e);
    }
  }

  /** Names a pair of halves. */
  public static SigningKey of(String name, byte type, KeyPair pair) throws EvidenceException {
    return new SigningKey(pair.getPrivate(), VerifierKey.of(name, type, pair.getPublic()));
  }

  /**
   * The key that {@link #encode} wrote.
   *
   * @throws EvidenceException if the bytes are no such key, or its halves do not belong together
   */
  public static SigningKey decode(VerifierKey verifier, byte[] pkcs8) throws EvidenceException {
    try {
      PrivateKey secret =
          KeyFactory.getInstance("Ed25519").generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
      return new SigningKey(secret, verifier);
    } catch (GeneralSecurityException e) {
      throw new EvidenceException("the private key of " + verifier.name() + " is damaged", e);
    }
  }

  /** PKCS#8 bytes, for a file that only its owner can read. */
  public byte[] encode() {
    return secret.getEncoded();
  }

  /** The public half. */
  public VerifierKey verifier() {
    return verifier;
  }

  /** The signature line of a note's own signer, over the note text (which ends in a newline). */
  public NoteSignature sign(String text) {
    return NoteSignature.of(verifier, raw(text.getBytes(StandardCharsets.UTF_8)));
  }

  /**
   * A cosignature line (C2SP tlog-cosignature v1) over a checkpoint's text, saying when. Whole
   * seconds.
   */
  public NoteSignature cosign(String text, Instant at) {
    long seconds = at.getEpochSecond();
    byte[] signature = raw(Cosignature.message(text, seconds));
    ByteBuffer timed = ByteBuffer.allocate(8 + signature.length);
    return NoteSignature.of(verifier, timed.putLong(seconds).put(signature).array());
  }

  /** An Ed25519 signature over a message that is no note. 64 bytes. */
  public byte[] raw(byte[] message) {
    byte[] signature = new byte[Ed25519.SIGNATURE_SIZE];
    Ed25519.sign(seed, 0, spoken, 0, message, 0, message.length, signature, 0);
    return signature;
  }

  /** Never the secret. */
  @Override
  public String toString() {
    return "signing key of " + verifier;
  }

  /**
   * The fingerprint that names a log: first 16 hex digits of SHA-256 over the 32 public key bytes.
   */
  public static String logId(PublicKey key) throws EvidenceException {
    return Checkpoint.logId(VerifierKey.of("x", VerifierKey.SIGNER, key));
  }
}
