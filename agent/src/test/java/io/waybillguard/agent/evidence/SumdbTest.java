package io.waybillguard.agent.evidence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.event.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Ours against Go's {@code golang.org/x/mod/sumdb}; where it was captured stands in go-note. */
final class SumdbTest {
  /** Where we are stricter than Go's reader, and what we say of it. */
  private static final Map<String, String> STRICTER =
      Map.of(
          "a line of the same key over another text", "invalid",
          "base64 with stray low bits", "malformed",
          "32 more lines", "malformed",
          "99 more lines", "malformed");

  private final Json.Obj go = captured();
  private final SigningKey log = SeededKey.signer(text("origin"), "log");
  private final SigningKey witness = SeededKey.cosigner("hq.example.com/witness", "witness");

  @Test
  void vkeysAreSpeltAlike() throws EvidenceException {
    assertEquals(text("vkey"), log.verifier().toString());
    assertEquals(text("witness_vkey"), witness.verifier().toString());
    assertEquals(log.verifier(), VerifierKey.parse(text("vkey")));
    assertEquals(witness.verifier(), VerifierKey.parse(text("witness_vkey")));
  }

  @Test
  void aCheckpointOfOursIsTheNoteThatGoMakes() throws EvidenceException {
    Checkpoint head = Checkpoint.parse(text("text"));
    assertEquals(text("note"), head.signedBy(log).toString());
    SignedNote read = SignedNote.parse(text("note").getBytes(StandardCharsets.UTF_8));
    assertTrue(read.isSignedBy(log.verifier()));
    assertEquals(head, KeyChain.startingWith(log.verifier()).verify(read));
  }

  @Test
  void aNoteOfTwoSignersKeepsItsTextAndLines() throws EvidenceException {
    SignedNote read = SignedNote.parse(text("two_signers"));
    assertEquals("运单不外流\n\n— looks like a line\n", read.text());
    assertTrue(read.isSignedBy(log.verifier()));
    assertTrue(read.isSignedBy(SeededKey.signer("other.example.com", "other").verifier()));
    assertEquals(text("two_signers"), read.toString());
  }

  @Test
  void aCosignatureOfOursIsTheOneMadeByTheSpecification() throws EvidenceException {
    Instant at = Instant.ofEpochSecond(1_764_000_000);
    SignedNote note = SignedNote.parse(text("note"));
    NoteSignature line = witness.cosign(note.text(), at.plusMillis(999));
    assertEquals(text("cosigned"), note.with(line).toString());
    SignedNote read = SignedNote.parse(text("cosigned"));
    assertEquals(at, read.cosignedBy(witness.verifier()).orElseThrow().at());
    assertEquals(line, read.cosignedBy(witness.verifier()).orElseThrow().line());
  }

  @TestFactory
  Stream<DynamicTest> notesThatAreNotAsTheyShouldBe() throws Exception {
    return go.objects("cases").stream()
        .map(
            c -> {
              String name = c.text("name", "");
              byte[] note = Base64.getDecoder().decode(c.text("note", ""));
              String expected =
                  STRICTER.getOrDefault(
                      name, c.text("go", "").replace("malformed note", "malformed"));
              return DynamicTest.dynamicTest(name, () -> assertEquals(expected, verdict(note)));
            });
  }

  /** In Go's words. */
  private String verdict(byte[] bytes) {
    SignedNote note;
    try {
      note = SignedNote.parse(bytes);
    } catch (EvidenceException e) {
      return "malformed";
    }
    if (note.isSignedBy(log.verifier())) {
      assertEquals(new String(bytes, StandardCharsets.UTF_8), note.toString());
      return "ok";
    }
    return note.signatures().stream().anyMatch(s -> s.isBy(log.verifier()))
        ? "invalid"
        : "unverified";
  }

  @Test
  void treesAndProofsAreThoseOfTlog() throws Exception {
    List<Json.Obj> trees = go.objects("trees");
    assertEquals(7, trees.size());
    for (Json.Obj tree : trees) {
      long size = tree.number("size");
      List<Hash> stored = new ArrayList<>();
      Frontier frontier = new Frontier();
      for (long i = 0; i < size; i++) {
        frontier.append(leaf(i), (level, index, hash) -> stored.add(hash));
      }
      Merkle.Nodes nodes =
          (level, index) -> stored.get(Math.toIntExact(PostOrder.id(level, index)));
      assertEquals(tree.text("root"), frontier.root().base64());
      for (int i = 0; i < size; i++) {
        assertEquals(
            lists(tree, "inclusion").get(i),
            spelt(Merkle.inclusion(nodes, i, size)),
            i + "/" + size);
        assertEquals(
            lists(tree, "consistency").get(i),
            spelt(Merkle.consistency(nodes, i + 1, size)),
            i + 1 + "-" + size);
      }
    }
  }

  @Test
  void storedHashesAreNumberedAsTlogDoes() {
    List<?> order = (List<?>) go.find("order").orElseThrow();
    assertEquals(11, order.size());
    for (Object each : order) {
      List<?> triple = (List<?>) each;
      assertEquals(
          triple.get(2),
          PostOrder.id(Math.toIntExact((Long) triple.get(0)), (Long) triple.get(1)),
          "level and number " + triple);
    }
  }

  private static List<?> lists(Json.Obj tree, String key) {
    return (List<?>) tree.find(key).orElseThrow();
  }

  private static List<String> spelt(List<Hash> hashes) {
    return hashes.stream().map(Hash::base64).toList();
  }

  private static Hash leaf(long i) {
    return Merkle.leaf(("leaf " + i).getBytes(StandardCharsets.UTF_8));
  }

  private String text(String key) {
    return go.text(key, "");
  }

  private static Json.Obj captured() {
    try (InputStream in = SumdbTest.class.getResourceAsStream("go-note/captured.json")) {
      if (in == null) {
        throw new AssertionError("go-note/captured.json is not among the test resources");
      }
      return Json.parse(in.readAllBytes());
    } catch (IOException | io.waybillguard.agent.event.JsonException e) {
      throw new AssertionError(e);
    }
  }
}
