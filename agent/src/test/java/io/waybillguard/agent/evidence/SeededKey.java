package io.waybillguard.agent.evidence;

import java.io.Serial;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.spec.NamedParameterSpec;

/** Ed25519 keys that come out the same at every run, each from a word. */
public final class SeededKey {
  private SeededKey() {}

  /** The signer's key behind this word. */
  public static SigningKey signer(String name, String word) {
    return of(name, VerifierKey.SIGNER, word);
  }

  /** The cosigner's key behind this word. */
  public static SigningKey cosigner(String name, String word) {
    return of(name, VerifierKey.COSIGNER, word);
  }

  private static SigningKey of(String name, byte type, String word) {
    try {
      return SigningKey.of(name, type, pair(word));
    } catch (EvidenceException e) {
      throw new AssertionError(e);
    }
  }

  /** Both halves: the secret one is SHA-256 of the word. */
  static KeyPair pair(String word) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("Ed25519");
      generator.initialize(NamedParameterSpec.ED25519, new Fixed(word));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  /** "Random" bytes that are none: the generator asks for the 32 bytes of the secret. */
  private static final class Fixed extends SecureRandom {
    @Serial private static final long serialVersionUID = 1L;

    private final String word;

    Fixed(String word) {
      this.word = word;
    }

    @Override
    public void nextBytes(byte[] bytes) {
      byte[] hash = Hash.sha256(word.getBytes(StandardCharsets.UTF_8)).bytes();
      System.arraycopy(hash, 0, bytes, 0, bytes.length);
    }
  }
}
