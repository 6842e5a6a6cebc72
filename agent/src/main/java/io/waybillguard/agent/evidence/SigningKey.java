package io.waybillguard.agent.evidence;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;

/** A private Ed25519 key with the public half that others know it by. Its bytes reach no log. */
public final class SigningKey {
  private final PrivateKey secret;
  private final VerifierKey verifier;
  private final Maker maker;

  /** Makes the 64 bytes of a signature. Safe for use by several threads. */
  @FunctionalInterface
  public interface Maker {
    /** An Ed25519 signature over a message (RFC 8032, without a context). */
    byte[] sign(byte[] message);
  }

  private SigningKey(PrivateKey secret, VerifierKey verifier) {
    this.secret = secret;
    this.verifier = verifier;
    this.maker = this::byJava;
  }

  private SigningKey(PrivateKey secret, VerifierKey verifier, Maker maker) {
    this.secret = secret;
    this.verifier = verifier;
    this.maker = maker;
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
      return new SigningKey(secret, verifier).whole();
    } catch (GeneralSecurityException e) {
      throw new EvidenceException("the private key of " + verifier.name() + " is damaged", e);
    }
  }

  private SigningKey whole() throws EvidenceException {
    byte[] probe = "halves".getBytes(StandardCharsets.UTF_8);
    if (!verifier.verifies(probe, raw(probe))) {
      throw new EvidenceException("the private key does not belong to " + verifier);
    }
    return this;
  }

  /**
   * The same key, whose signatures another maker makes than Java's.
   *
   * @throws EvidenceException if that one does not sign with this key
   */
  public SigningKey signingBy(Maker other) throws EvidenceException {
    return new SigningKey(secret, verifier, other).whole();
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
    return maker.sign(message);
  }

  private byte[] byJava(byte[] message) {
    try {
      Signature ed25519 = Signature.getInstance("Ed25519");
      ed25519.initSign(secret);
      ed25519.update(message);
      return ed25519.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("cannot sign with the key of " + verifier.name(), e);
    }
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
