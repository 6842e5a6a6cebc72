package io.waybillguard.agent.evidence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys, signature lines, checkpoints and cosignatures, beyond what Go's reader is asked about. */
final class NoteTest {
  private static final Instant NOON = Instant.parse("2026-06-12T04:00:00Z");
  private static final String ORIGIN = "evidence.example.com/agent/0123456789abcdef";

  private final SigningKey log = SeededKey.signer(ORIGIN, "log");
  private final SigningKey witness = SeededKey.cosigner("hq.example.com/witness", "witness");
  private final Checkpoint head = new Checkpoint(ORIGIN, 1000, Merkle.empty());

  // -- keys ------------------------------------------------------------------------------------

  /** RFC 8032 section 7.1, test 2: the key and the signature over one byte. */
  @Test
  void signaturesAreThoseOfRfc8032() throws EvidenceException {
    HexFormat hex = HexFormat.of();
    byte[] secret =
        hex.parseHex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
    byte[] open = hex.parseHex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
    VerifierKey verifier = VerifierKey.of("rfc8032", VerifierKey.SIGNER, open);
    byte[] pkcs8 =
        hex.parseHex("302e020100300506032b657004220420" + hex.formatHex(secret)); // RFC 8410
    SigningKey key = SigningKey.decode(verifier, pkcs8);
    byte[] signature = key.raw(new byte[] {0x72});
    assertEquals(
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        hex.formatHex(signature));
    assertTrue(verifier.verifies(new byte[] {0x72}, signature));
    assertFalse(verifier.verifies(new byte[] {0x73}, signature));
  }

  @Test
  void everyBitOfASignatureCounts() {
    byte[] message = "message".getBytes(StandardCharsets.UTF_8);
    byte[] signature = log.raw(message);
    for (int bit = 0; bit < signature.length * 8; bit++) {
      byte[] changed = signature.clone();
      changed[bit / 8] ^= (byte) (1 << bit % 8);
      assertFalse(log.verifier().verifies(message, changed), "bit " + bit);
    }
    assertFalse(log.verifier().verifies(message, new byte[0]));
    assertFalse(log.verifier().verifies(message, java.util.Arrays.copyOf(signature, 63)));
    assertFalse(log.verifier().verifies(message, java.util.Arrays.copyOf(signature, 65)));
  }

  @Test
  void aKeyThatIsNoPointOnTheCurveSignsNothing() throws EvidenceException {
    byte[] offCurve = new byte[32];
    offCurve[0] = 2;
    VerifierKey key = VerifierKey.of("x", VerifierKey.SIGNER, offCurve);
    assertFalse(key.verifies(new byte[1], new byte[64]));
  }

  @Test
  void aPrivateKeyComesBackFromItsBytesAndOnlyWithItsOwnPublicHalf() throws EvidenceException {
    SigningKey back = SigningKey.decode(log.verifier(), log.encode());
    assertEquals(log.sign("x\n"), back.sign("x\n"));
    VerifierKey other = SeededKey.signer(ORIGIN, "other").verifier();
    assertThrows(EvidenceException.class, () -> SigningKey.decode(other, log.encode()));
  }

  /**
   * A key file with a bit changed is refused as damaged, or holds the same key: a few bits of its
   * envelope say nothing.
   */
  @Test
  void aDamagedKeyFileNeverGivesAnotherKey() {
    byte[] file = log.encode();
    NoteSignature expected = log.sign("x\n");
    int refused = 0;
    for (int bit = 0; bit < file.length * 8; bit++) {
      byte[] changed = file.clone();
      changed[bit / 8] ^= (byte) (1 << bit % 8);
      try {
        assertEquals(
            expected, SigningKey.decode(log.verifier(), changed).sign("x\n"), "bit " + bit);
      } catch (EvidenceException e) {
        refused++;
      }
    }
    assertTrue(refused >= 32 * 8, "refused " + refused);
    for (int length = 0; length < file.length; length++) {
      byte[] cut = java.util.Arrays.copyOf(file, length);
      assertThrows(EvidenceException.class, () -> SigningKey.decode(log.verifier(), cut));
    }
  }

  @Test
  void theSecretIsNotInWords() {
    String secret = HexFormat.of().formatHex(log.encode());
    assertFalse(log.toString().contains(secret.substring(secret.length() - 16)));
    assertEquals("signing key of " + log.verifier(), log.toString());
  }

  @Test
  void vkeysThatAreNotWellFormedAreRefused() {
    String good = log.verifier().toString();
    String[] parts = good.split("\\+", 3);
    for (String bad :
        List.of(
            "",
            "a+b",
            good.substring(1),
            good + "A",
            good.substring(0, good.length() - 4),
            parts[0] + "+" + parts[1].toUpperCase(java.util.Locale.ROOT) + "x+" + parts[2],
            parts[0] + "+00000000+" + parts[2],
            parts[0] + "+" + parts[1].substring(1) + "+" + parts[2],
            " " + good,
            good + "\n",
            "+" + parts[1] + "+" + parts[2],
            parts[0] + "+" + parts[1] + "+" + parts[2].replaceFirst("A", "B"))) {
      assertThrows(EvidenceException.class, () -> VerifierKey.parse(bad), "\"" + bad + "\"");
    }
  }

  @Test
  void aKeyIsOfOneTypeOnly() throws EvidenceException {
    assertThrows(EvidenceException.class, () -> VerifierKey.of("x", (byte) 2, new byte[32]));
    assertThrows(EvidenceException.class, () -> VerifierKey.of("x", (byte) 1, new byte[31]));
    VerifierKey asCosigner = VerifierKey.of(ORIGIN, VerifierKey.COSIGNER, log.verifier().raw());
    assertNotEquals(log.verifier(), asCosigner);
    assertNotEquals(log.verifier().id(), asCosigner.id());
    assertFalse(head.signedBy(log).isSignedBy(asCosigner));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "a+b", "a\tb", "a\u00a0b", "a\u2028b", "a\u3000b", "a\u0000b"})
  void namesThatANoteCannotCarryAreRefused(String name) {
    assertThrows(
        EvidenceException.class, () -> VerifierKey.of(name, VerifierKey.SIGNER, new byte[32]));
  }

  // -- lines -----------------------------------------------------------------------------------

  @Test
  void base64HasOneSpellingAValue() throws EvidenceException {
    assertEquals(0, Base64Text.decode("").length);
    assertEquals("AA==", Base64Text.encode(new byte[1]));
    for (String bad :
        List.of(
            "AA", "AA=", "AB==", "AAA", "AAB=", "AA==AA==", "A\n==", " AA==", "AA==\n", "-_8=")) {
      assertThrows(EvidenceException.class, () -> Base64Text.decode(bad), "\"" + bad + "\"");
    }
  }

  @Test
  void numbersHaveOneSpelling() throws EvidenceException {
    assertEquals(0, Decimal.parse("0"));
    assertEquals(Long.MAX_VALUE, Decimal.parse("9223372036854775807"));
    for (String bad :
        List.of(
            "",
            "00",
            "01",
            "+1",
            "-1",
            "-0",
            " 1",
            "1 ",
            "1\n",
            "1.0",
            "1e3",
            "0x1",
            "١",
            "１",
            "9223372036854775808",
            "99999999999999999999",
            "9".repeat(10_000))) {
      assertThrows(EvidenceException.class, () -> Decimal.parse(bad), bad);
    }
  }

  @Test
  void aLineOfTheSameKeyIsReplacedAndOthersStay() {
    SignedNote note = head.signedBy(log);
    SignedNote once = note.with(witness.cosign(note.text(), NOON));
    SignedNote again = once.with(witness.cosign(note.text(), NOON.plusSeconds(60)));
    assertEquals(2, once.signatures().size());
    assertEquals(2, again.signatures().size());
    assertEquals(NOON.plusSeconds(60), again.cosignedBy(witness.verifier()).orElseThrow().at());
    assertTrue(again.isSignedBy(log.verifier()));
  }

  @Test
  void aNoteOfMoreThan64KiBIsNotRead() {
    String text = ("x".repeat(1023) + "\n").repeat(64);
    SignedNote large = new SignedNote(text, List.of(log.sign(text)));
    byte[] bytes = large.toString().getBytes(StandardCharsets.UTF_8);
    assertThrows(EvidenceException.class, () -> SignedNote.parse(bytes));
  }

  // -- checkpoints -----------------------------------------------------------------------------

  @Test
  void aCheckpointIsThreeLinesAndNothingElse() throws EvidenceException {
    String good = head.text();
    assertEquals(head, Checkpoint.parse(good));
    String root = Merkle.empty().base64();
    for (String bad :
        List.of(
            "",
            good.substring(0, good.length() - 1),
            good + "extension\n",
            good + "\n",
            "\n1000\n" + root + "\n",
            ORIGIN + "\n01000\n" + root + "\n",
            ORIGIN + "\n-1\n" + root + "\n",
            ORIGIN + "\n+1\n" + root + "\n",
            ORIGIN + "\n\n" + root + "\n",
            ORIGIN + "\n9223372036854775808\n" + root + "\n",
            ORIGIN + "\n18446744073709551615\n" + root + "\n",
            ORIGIN + "\n1000\n" + root.substring(1) + "\n",
            ORIGIN + "\n1000\n" + root.replace("=", "") + "\n",
            ORIGIN + "\n1000\n" + root.substring(0, 42) + "V=\n",
            ORIGIN + "\r\n1000\n" + root + "\n",
            ORIGIN + " \n1000\n" + root + "\n",
            "a+b\n1000\n" + root + "\n")) {
      assertThrows(EvidenceException.class, () -> Checkpoint.parse(bad), "\"" + bad + "\"");
    }
    assertEquals(
        Long.MAX_VALUE, Checkpoint.parse(ORIGIN + "\n9223372036854775807\n" + root + "\n").size());
  }

  @Test
  void aLogIsNamedByItsFirstKey() throws EvidenceException {
    String id = Checkpoint.logId(log.verifier());
    assertEquals(16, id.length());
    assertEquals(id, Hash.sha256(log.verifier().raw()).hex().substring(0, 16));
    assertEquals(id, SigningKey.logId(SeededKey.pair("log").getPublic()));
    String origin = Checkpoint.origin("evidence.example.com", id);
    assertEquals(id, Checkpoint.logIdOf(origin));
    for (String bad :
        List.of(
            "",
            "x/agent/" + id + "0",
            "x/agent/" + id.substring(1),
            "x/hq/" + id,
            "/agent/" + id,
            "X/agent/" + id,
            "x/agent/0123456789ABCDEF",
            "x/y/agent/" + id)) {
      assertThrows(EvidenceException.class, () -> Checkpoint.logIdOf(bad), bad);
    }
  }

  // -- cosignatures ----------------------------------------------------------------------------

  @Test
  void aCosignatureHoldsForItsTextTimeAndKeyOnly() throws EvidenceException {
    NoteSignature line = witness.cosign(head.text(), NOON);
    VerifierKey key = witness.verifier();
    assertEquals(
        Optional.of(new Cosignature(key, NOON, line)),
        Cosignature.verified(line, head.text(), key));
    String otherSize = new Checkpoint(ORIGIN, 1001, Merkle.empty()).text();
    assertTrue(Cosignature.verified(line, otherSize, key).isEmpty(), "another size");
    VerifierKey sameName = SeededKey.cosigner(key.name(), "other").verifier();
    assertTrue(Cosignature.verified(line, head.text(), sameName).isEmpty(), "another key");
    VerifierKey asSigner = VerifierKey.of(key.name(), VerifierKey.SIGNER, key.raw());
    assertTrue(Cosignature.verified(line, head.text(), asSigner).isEmpty(), "another type");
    byte[] blob = Base64Text.decode(line.blob());
    for (int i = 0; i < blob.length; i++) {
      byte[] changed = blob.clone();
      changed[i] ^= 1;
      NoteSignature other = new NoteSignature(line.name(), Base64Text.encode(changed));
      assertTrue(Cosignature.verified(other, head.text(), key).isEmpty(), "byte " + i);
    }
    NoteSignature plain =
        NoteSignature.of(key, witness.raw(head.text().getBytes(StandardCharsets.UTF_8)));
    assertTrue(Cosignature.verified(plain, head.text(), key).isEmpty(), "a plain signature");
  }

  @Test
  void aCosignatureWithATimeBeyondTheCalendarIsNone() {
    for (long seconds : new long[] {-1, Long.MIN_VALUE, Long.MAX_VALUE}) {
      byte[] signature = witness.raw(Cosignature.message(head.text(), seconds));
      byte[] timed = java.nio.ByteBuffer.allocate(72).putLong(seconds).put(signature).array();
      NoteSignature line = NoteSignature.of(witness.verifier(), timed);
      assertTrue(Cosignature.verified(line, head.text(), witness.verifier()).isEmpty());
    }
  }
}
