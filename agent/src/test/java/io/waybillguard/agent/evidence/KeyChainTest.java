package io.waybillguard.agent.evidence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.event.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which key may sign what, and how the next one is learnt. */
final class KeyChainTest {
  private static final String ORIGIN = "evidence.example.com/agent/0123456789abcdef";

  private final List<SigningKey> keys =
      List.of(
          SeededKey.signer(ORIGIN, "epoch 0"),
          SeededKey.signer(ORIGIN, "epoch 1"),
          SeededKey.signer(ORIGIN, "epoch 2"));
  private final List<Long> firsts = List.of(0L, 10L, 11L);

  @TempDir Path folder;

  private KeyChain chain() throws EvidenceException {
    List<KeyChain.Epoch> epochs = new ArrayList<>();
    for (int i = 0; i < keys.size(); i++) {
      epochs.add(new KeyChain.Epoch(i, firsts.get(i), keys.get(i).verifier()));
    }
    return KeyChain.of(epochs);
  }

  @Test
  void aCheckpointCountsOnlyUnderTheKeyWhoseTimeItWas() throws EvidenceException {
    KeyChain chain = chain();
    for (long size = 0; size <= 13; size++) {
      int right = size <= 10 ? 0 : size <= 11 ? 1 : 2;
      Checkpoint head = new Checkpoint(ORIGIN, size, Merkle.empty());
      for (int epoch = 0; epoch < keys.size(); epoch++) {
        SignedNote note = head.signedBy(keys.get(epoch));
        if (epoch == right) {
          assertEquals(head, chain.verify(note));
        } else {
          assertThrows(
              EvidenceException.class, () -> chain.verify(note), "key " + epoch + " at " + size);
        }
      }
      assertEquals(right, chain.at(size).number());
      assertEquals(size == 10 || size == 11, chain.endsAt(size), "end of an epoch at " + size);
    }
  }

  @Test
  void aCheckpointOfAnotherLogIsRefused() throws EvidenceException {
    Checkpoint other = new Checkpoint(ORIGIN.replace("0123", "3210"), 5, Merkle.empty());
    SignedNote note = other.signedBy(keys.get(0));
    KeyChain chain = chain();
    assertThrows(EvidenceException.class, () -> chain.verify(note));
  }

  @Test
  void aChainOutOfTurnIsRefused() {
    VerifierKey a = keys.get(0).verifier();
    VerifierKey b = keys.get(1).verifier();
    VerifierKey foreign = SeededKey.signer("other.example.com", "other").verifier();
    for (List<KeyChain.Epoch> bad :
        List.of(
            List.<KeyChain.Epoch>of(),
            List.of(new KeyChain.Epoch(0, 1, a)),
            List.of(new KeyChain.Epoch(1, 0, a)),
            List.of(new KeyChain.Epoch(0, 0, a), new KeyChain.Epoch(1, 0, b)),
            List.of(new KeyChain.Epoch(0, 0, a), new KeyChain.Epoch(2, 5, b)),
            List.of(
                new KeyChain.Epoch(0, 0, a),
                new KeyChain.Epoch(1, 5, b),
                new KeyChain.Epoch(2, 5, b)),
            List.of(new KeyChain.Epoch(0, 0, a), new KeyChain.Epoch(1, 5, foreign)))) {
      assertThrows(EvidenceException.class, () -> KeyChain.of(bad), String.valueOf(bad));
    }
  }

  @Test
  void aRecordHandsOverInTurnAndToAKeyOfThisLogOnly() throws EvidenceException {
    KeyChain chain = chain();
    String next = SeededKey.signer(ORIGIN, "epoch 3").verifier().toString();
    assertEquals(3, chain.after(handOver(20, 3, next)).last().number());
    assertEquals(21, chain.after(handOver(20, 3, next)).last().firstSize());
    assertSame(chain, chain.after(leaf(20, "usb.attach", 3, next)));
    String foreign = SeededKey.signer("other.example.com", "epoch 3").verifier().toString();
    String cosigner = SeededKey.cosigner(ORIGIN, "epoch 3").verifier().toString();
    for (Leaf bad :
        List.of(
            handOver(20, 4, next),
            handOver(20, 2, next),
            handOver(10, 3, next),
            handOver(9, 3, next),
            handOver(20, 3, foreign),
            handOver(20, 3, cosigner),
            handOver(20, 3, ""),
            handOver(20, 3, next + "A"))) {
      assertThrows(EvidenceException.class, () -> chain.after(bad), bad.toString());
    }
    assertEquals(3, chain.epochs().size(), "a chain never changes");
  }

  private static Leaf handOver(long seq, long epoch, String next) throws EvidenceException {
    return leaf(seq, "log.key", epoch, next);
  }

  private static Leaf leaf(long seq, String type, long epoch, String next)
      throws EvidenceException {
    return Leaf.parse(
        Leaf.bytes(
            seq,
            type,
            0,
            0,
            "boot",
            List.of(),
            Json.object().put("epoch", epoch).put("next", next)));
  }

  // -- learning the next key without the records between -----------------------------------------

  @Test
  void theNextKeyIsLearntFromTheProofOfItsHandOver() throws Exception {
    try (TestLog desk = TestLog.in(folder)) {
      desk.add(4).changeKey().add(6).changeKey().add(1).seal();
      KeyChain known = KeyChain.startingWith(desk.firstKey());
      KeyChain after = HandOver.learn(known, handOver(desk, 5));
      assertEquals(desk.log().keys().epochs().subList(0, 2), after.epochs());
      KeyChain all = HandOver.learn(after, handOver(desk, 12));
      assertEquals(desk.log().keys().epochs(), all.epochs());
      assertSame(all, HandOver.learn(all, handOver(desk, 5)), "one that is known");
      assertSame(all, HandOver.learn(all, handOver(desk, 12)), "the last one again");
      assertThrows(
          EvidenceException.class, () -> HandOver.learn(known, handOver(desk, 12)), "out of turn");
    }
  }

  @Test
  void aForgedHandOverIsRefused() throws Exception {
    try (TestLog desk = TestLog.in(folder)) {
      desk.add(4).changeKey().add(6).seal();
      KeyChain known = KeyChain.startingWith(desk.firstKey());
      TlogProof good = handOver(desk, 5);
      SigningKey thief = SeededKey.signer(desk.log().origin(), "thief");
      byte[] toThief =
          Leaf.bytes(
              4,
              "log.key",
              0,
              0,
              "boot",
              List.of(),
              Json.object().put("epoch", 1).put("next", thief.verifier().toString()));
      SignedNote byThief = Checkpoint.parse(good.note().text()).signedBy(thief);
      byte[] ordinary = desk.read(r -> r.leaf(3)).orElseThrow();
      List<TlogProof> forgeries =
          List.of(
              // The key that is to come vouches for itself.
              new TlogProof(good.extra(), good.index(), good.path(), byThief),
              // The leaf names another key than the one under the seal.
              TlogProof.withLeaf(toThief, good.index(), good.path(), good.note()),
              // No leaf at all.
              new TlogProof("", good.index(), good.path(), good.note()),
              // A leaf that is not the last under its seal.
              proof(desk, 3, 5),
              // The same leaf, proved under a later seal than the one that ended the epoch.
              proof(desk, 4, 11),
              // A path that is not this leaf's.
              new TlogProof(good.extra(), good.index(), List.of(), good.note()),
              new TlogProof(
                  good.extra(), good.index(), List.of(Merkle.leaf(ordinary)), good.note()),
              // A seal that carries no signature of the log.
              new TlogProof(
                  good.extra(),
                  good.index(),
                  good.path(),
                  new SignedNote(
                      good.note().text(),
                      List.of(TestLog.HEAD.cosign(good.note().text(), TestLog.NOON)))));
      for (int i = 0; i < forgeries.size(); i++) {
        TlogProof forged = forgeries.get(i);
        assertThrows(EvidenceException.class, () -> HandOver.learn(known, forged), "forgery " + i);
      }
      assertEquals(1, known.epochs().size());
    }
  }

  /** The last leaf of an ordinary seal is no hand-over, even where the chain has more epochs. */
  @Test
  void aRecordThatHandsNothingOverIsRefused() throws Exception {
    try (TestLog desk = TestLog.in(folder)) {
      desk.add(3).seal().add(1).changeKey();
      KeyChain all = desk.log().keys();
      KeyChain known = KeyChain.startingWith(desk.firstKey());
      TlogProof ordinary = proof(desk, 2, 3);
      assertThrows(EvidenceException.class, () -> HandOver.learn(known, ordinary));
      assertThrows(EvidenceException.class, () -> HandOver.learn(all, ordinary));
    }
  }

  /**
   * The key of epoch 0, stolen, ends its epoch a second time with another successor: whoever knows
   * the first successor refuses it, and does not take it for the one he knows.
   */
  @Test
  void aSecondEndOfAKnownEpochIsRefused(@TempDir Path other) throws Exception {
    try (TestLog desk = TestLog.in(folder)) {
      desk.add(4);
      desk.log().close();
      TestLog.copy(folder, other.resolve("stolen"));
      desk.reopen();
      desk.changeKey();
      KeyChain known = HandOver.learn(KeyChain.startingWith(desk.firstKey()), handOver(desk, 5));
      try (TestLog stolen = TestLog.in(other.resolve("stolen"))) {
        stolen.changeKey();
        TlogProof fork = handOver(stolen, 5);
        assertTrue(fork.note().isSignedBy(desk.firstKey()));
        assertFalse(known.epochs().equals(stolen.log().keys().epochs()));
        assertThrows(EvidenceException.class, () -> HandOver.learn(known, fork));
      }
    }
  }

  private static TlogProof handOver(TestLog desk, long size) throws IOException {
    return proof(desk, size - 1, size);
  }

  private static TlogProof proof(TestLog desk, long index, long size) throws IOException {
    byte[] leaf = desk.read(r -> r.leaf(index)).orElseThrow();
    List<Hash> path = desk.read(r -> Merkle.inclusion(r, index, size));
    return TlogProof.withLeaf(leaf, index, path, desk.note(size));
  }
}
