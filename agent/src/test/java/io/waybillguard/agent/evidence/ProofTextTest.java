package io.waybillguard.agent.evidence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The text forms of proofs: C2SP tlog-proof and the body of tlog-witness add-checkpoint. */
final class ProofTextTest {
  private static final String ORIGIN = "evidence.example.com/agent/0123456789abcdef";

  private final SigningKey log = SeededKey.signer(ORIGIN, "log");
  private final List<Hash> leaves = leaves(21);
  private final SignedNote note = new Checkpoint(ORIGIN, 21, tree().root()).signedBy(log);

  private static List<Hash> leaves(int count) {
    List<Hash> leaves = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      leaves.add(Merkle.leaf(("leaf " + i).getBytes(StandardCharsets.UTF_8)));
    }
    return leaves;
  }

  private Frontier tree() {
    Frontier tree = new Frontier();
    leaves.forEach(tree::append);
    return tree;
  }

  private Merkle.Nodes nodes() {
    List<Hash> stored = new ArrayList<>();
    Frontier tree = new Frontier();
    leaves.forEach(leaf -> tree.append(leaf, (level, index, hash) -> stored.add(hash)));
    return (level, index) -> stored.get(Math.toIntExact(PostOrder.id(level, index)));
  }

  // -- tlog-proof ------------------------------------------------------------------------------

  @Test
  void aProofReadsBackAsItWasWrittenAndHolds() throws Exception {
    for (long index = 0; index < 21; index++) {
      byte[] leaf = ("leaf " + index).getBytes(StandardCharsets.UTF_8);
      List<Hash> path = Merkle.inclusion(nodes(), index, 21);
      for (TlogProof proof :
          List.of(
              new TlogProof("", index, path, note), TlogProof.withLeaf(leaf, index, path, note))) {
        TlogProof read = TlogProof.parse(proof.toString());
        assertEquals(proof, read);
        assertEquals(proof.toString(), new String(read.bytes(), StandardCharsets.UTF_8));
        Checkpoint head = Checkpoint.parse(read.note().text());
        read.check(leaf, head);
        byte[] other = ("leaf " + (index + 1)).getBytes(StandardCharsets.UTF_8);
        assertThrows(EvidenceException.class, () -> read.check(other, head));
      }
    }
  }

  @Test
  void aProofIsSpeltAsC2spSpellsIt() throws Exception {
    TlogProof proof =
        TlogProof.withLeaf(
            "leaf 20".getBytes(StandardCharsets.UTF_8),
            20,
            Merkle.inclusion(nodes(), 20, 21),
            note);
    Hash left = Merkle.root(nodes(), 16);
    Hash right = Merkle.parent(nodes().node(1, 8), nodes().node(1, 9));
    assertEquals(
        "c2sp.org/tlog-proof@v1\nextra bGVhZiAyMA==\nindex 20\n"
            + right.base64()
            + "\n"
            + left.base64()
            + "\n\n"
            + note,
        proof.toString());
  }

  @Test
  void aProofThatIsNotWellFormedIsRefused() throws Exception {
    String good = new TlogProof("", 20, Merkle.inclusion(nodes(), 20, 21), note).toString();
    String hash = Merkle.empty().base64();
    for (String bad :
        List.of(
            "",
            "\n\n",
            good.substring(1),
            good.replace("@v1", "@v2"),
            good.replace("index 20\n", ""),
            good.replace("index 20", "index 020"),
            good.replace("index 20", "index -1"),
            good.replace("index 20", "index 9223372036854775808"),
            good.replace("index 20", "index 20\nindex 20"),
            good.replace("index 20", "extra \nindex 20"),
            good.replace("index 20", "extra YR==\nindex 20"),
            good.replace("index 20", "extra YQ==\nextra YQ==\nindex 20"),
            good.replace("index 20\n", "index 20\n" + hash.substring(4) + "\n"),
            good.replace("index 20\n", "index 20\n" + hash.replace("=", "") + "\n"),
            good.replace("index 20\n", "index 20\n" + (hash + "\n").repeat(62)),
            good.replace("index 20\n", "index 20\n" + (hash + "\n").repeat(1_000_000)),
            good.replace("\n", "\r\n"),
            good.substring(0, good.length() - 1),
            good.substring(0, good.indexOf("\n\n") + 2))) {
      assertThrows(
          EvidenceException.class,
          () -> TlogProof.parse(bad),
          bad.substring(0, Math.min(bad.length(), 200)));
    }
  }

  @Test
  void aProofOf63HashesIsReadAndOneOf64IsNot() throws EvidenceException {
    List<Hash> most = java.util.Collections.nCopies(63, Merkle.empty());
    TlogProof proof = new TlogProof("", 0, most, note);
    assertEquals(proof, TlogProof.parse(proof.toString()));
    ConsistencyClaim claim = new ConsistencyClaim(1, most, note);
    assertEquals(claim, ConsistencyClaim.parse(claim.toString()));
    List<Hash> more = java.util.Collections.nCopies(64, Merkle.empty());
    assertThrows(
        EvidenceException.class,
        () -> TlogProof.parse(new TlogProof("", 0, more, note).toString()));
    assertThrows(
        EvidenceException.class,
        () -> ConsistencyClaim.parse(new ConsistencyClaim(1, more, note).toString()));
  }

  // -- add-checkpoint --------------------------------------------------------------------------

  @Test
  void aClaimReadsBackAsItWasWritten() throws Exception {
    for (long old = 0; old <= 21; old++) {
      ConsistencyClaim claim =
          new ConsistencyClaim(old, Merkle.consistency(nodes(), old, 21), note);
      ConsistencyClaim read = ConsistencyClaim.parse(claim.toString());
      assertEquals(claim, read);
      assertEquals(claim.toString(), new String(read.bytes(), StandardCharsets.UTF_8));
    }
  }

  @Test
  void aClaimIsSpeltAsC2spSpellsIt() throws Exception {
    assertEquals("old 0\n\n" + note, new ConsistencyClaim(0, List.of(), note).toString());
    List<Hash> proof = Merkle.consistency(nodes(), 20, 21);
    StringBuilder lines = new StringBuilder();
    proof.forEach(h -> lines.append(h.base64()).append('\n'));
    assertEquals(
        "old 20\n" + lines + "\n" + note, new ConsistencyClaim(20, proof, note).toString());
  }

  @Test
  void aClaimThatIsNotWellFormedIsRefused() throws Exception {
    String good = new ConsistencyClaim(20, Merkle.consistency(nodes(), 20, 21), note).toString();
    String hash = Merkle.empty().base64();
    for (String bad :
        List.of(
            "",
            good.substring(4),
            good.replace("old 20", "Old 20"),
            good.replace("old 20", "old  20"),
            good.replace("old 20", "old 020"),
            good.replace("old 20", "old 18446744073709551616"),
            good.replace("old 20", "old 9223372036854775808"),
            good.replace("old 20", "old"),
            good.replace("old 20\n", "old 20\n" + hash + " \n"),
            good.replace("old 20\n", "old 20\n" + hash.substring(0, 42) + "V=\n"),
            good.replace("old 20\n", "old 20\n\n"),
            good.replace("\n", "\r\n"),
            good.substring(0, good.length() - 1),
            good + "\n")) {
      assertThrows(EvidenceException.class, () -> parsedWithHead(bad), bad);
    }
  }

  /** As HQ reads it: the claim, then the checkpoint in it. */
  private static Checkpoint parsedWithHead(String text) throws EvidenceException {
    return Checkpoint.parse(ConsistencyClaim.parse(text).note().text());
  }
}
