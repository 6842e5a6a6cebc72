package io.waybillguard.agent.evidence;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.Signature;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SigningKeyTest {
  private static final HexFormat HEX = HexFormat.of();

  private static byte[] pkcs8(String seed) {
    return HEX.parseHex("302e020100300506032b657004220420" + seed);
  }

  private static byte[] byJava(PrivateKey secret, byte[] message) throws GeneralSecurityException {
    Signature ed25519 = Signature.getInstance("Ed25519");
    ed25519.initSign(secret);
    ed25519.update(message);
    return ed25519.sign();
  }

  /** RFC 8032 section 7.1, TEST 1 to TEST 3. */
  @ParameterizedTest
  @CsvSource({
    "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60,"
        + "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a,"
        + "'',"
        + "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
        + "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb,"
        + "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c,"
        + "72,"
        + "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7,"
        + "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025,"
        + "af82,"
        + "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
        + "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
  })
  void theSignaturesOfTheStandardHaveTheBytesOfTheStandard(
      String seed, String spoken, String message, String signature) throws Exception {
    VerifierKey verifier = VerifierKey.of("rfc8032", VerifierKey.SIGNER, HEX.parseHex(spoken));
    SigningKey key = SigningKey.decode(verifier, pkcs8(seed));
    assertEquals(signature, HEX.formatHex(key.raw(HEX.parseHex(message))));
    assertTrue(verifier.verifies(HEX.parseHex(message), key.raw(HEX.parseHex(message))));
  }

  @Test
  void itsSignaturesAreThoseOfJava() throws Exception {
    Random random = new Random(8032);
    for (int i = 0; i < 20; i++) {
      KeyPair pair = SigningKey.freshPair();
      SigningKey key = SigningKey.of("desk.example/agent/1", VerifierKey.SIGNER, pair);
      byte[] message = new byte[random.nextInt(2_000)];
      random.nextBytes(message);
      assertArrayEquals(byJava(pair.getPrivate(), message), key.raw(message));
      assertTrue(key.verifier().verifies(message, key.raw(message)));
      SigningKey again = SigningKey.decode(key.verifier(), key.encode());
      assertArrayEquals(key.raw(message), again.raw(message));
    }
  }

  @Test
  void aKeyWhosePublicHalfIsAnothersIsRefused() throws Exception {
    SigningKey mine = SigningKey.of("mine", VerifierKey.SIGNER, SigningKey.freshPair());
    SigningKey other = SigningKey.of("mine", VerifierKey.SIGNER, SigningKey.freshPair());
    EvidenceException refused =
        assertThrows(
            EvidenceException.class, () -> SigningKey.decode(other.verifier(), mine.encode()));
    assertTrue(
        String.valueOf(refused.getMessage()).contains("does not belong to"), refused::toString);
    KeyPair mixed =
        new KeyPair(SigningKey.freshPair().getPublic(), SigningKey.freshPair().getPrivate());
    assertThrows(EvidenceException.class, () -> SigningKey.of("mixed", VerifierKey.SIGNER, mixed));
  }

  @Test
  void bytesThatAreNoKeyAreRefusedAndAreNotInTheMessage() throws Exception {
    SigningKey mine = SigningKey.of("mine", VerifierKey.SIGNER, SigningKey.freshPair());
    byte[] whole = mine.encode();
    for (int length = 0; length < whole.length; length++) {
      byte[] cut = java.util.Arrays.copyOf(whole, length);
      EvidenceException refused =
          assertThrows(EvidenceException.class, () -> SigningKey.decode(mine.verifier(), cut));
      assertEquals("the private key of mine is damaged", refused.getMessage());
    }
    assertFalse(mine.toString().contains(HEX.formatHex(whole).substring(32)));
  }
}
