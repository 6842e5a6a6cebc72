package io.waybillguard.hq.trust;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.SigningKey;
import io.waybillguard.agent.evidence.VerifierKey;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class QuickEd25519Test {
  private static SigningKey fresh(String name) throws EvidenceException {
    return SigningKey.of(name, VerifierKey.COSIGNER, SigningKey.freshPair());
  }

  /** RFC 8032 section 7.1, TEST 3. */
  @Test
  void the_signature_of_the_standard_has_the_bytes_of_the_standard() throws Exception {
    HexFormat hex = HexFormat.of();
    String seed = "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7";
    String spoken = "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025";
    SigningKey key =
        SigningKey.decode(
            VerifierKey.of("rfc8032", VerifierKey.SIGNER, hex.parseHex(spoken)),
            hex.parseHex("302e020100300506032b657004220420" + seed));
    assertEquals(
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
            + "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
        hex.formatHex(QuickEd25519.signingFor(key).raw(hex.parseHex("af82"))));
  }

  @Test
  void its_signatures_are_those_of_java() throws Exception {
    Random random = new Random(8032);
    for (int i = 0; i < 20; i++) {
      SigningKey key = fresh("hq.example/witness1");
      SigningKey quick = QuickEd25519.signingFor(key);
      byte[] message = new byte[random.nextInt(2_000)];
      random.nextBytes(message);
      assertArrayEquals(key.raw(message), quick.raw(message));
      assertEquals(key.verifier(), quick.verifier());
      assertArrayEquals(key.encode(), quick.encode());
    }
  }

  @Test
  void another_keys_signatures_are_not_taken_for_this_ones() throws Exception {
    SigningKey other = fresh("hq.example/other");
    assertThrows(EvidenceException.class, () -> fresh("hq.example/witness1").signingBy(other::raw));
  }
}
