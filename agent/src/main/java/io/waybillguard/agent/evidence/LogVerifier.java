package io.waybillguard.agent.evidence;

import io.waybillguard.agent.event.BodyClass;
import java.io.IOException;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;

/**
 * Checks a whole log against itself, its keys and the cosignatures in it: every leaf against its
 * node, every node against its children, every kept checkpoint against the tree and the key whose
 * time it was, every body against its leaf.
 */
public final class LogVerifier {
  private final Ledger log;
  private final Pins pins;
  private final Verdict.Draft draft = new Verdict.Draft();

  private long bodiesGone;
  private long personalGone;

  private LogVerifier(Ledger log, Pins pins) {
    this.log = log;
    this.pins = pins;
  }

  /**
   * Checks the log.
   *
   * @param progress told of the number of records checked so far; may be slow to hear
   * @throws IOException if the log cannot be read at all
   */
  public static Verdict verify(Ledger log, Pins pins, java.util.function.LongConsumer progress)
      throws IOException {
    return new LogVerifier(log, pins).run(progress);
  }

  private Verdict run(java.util.function.LongConsumer progress) throws IOException {
    long size = log.size();
    KeyChain stored = log.keys();
    NavigableMap<Long, SignedNote> notes = log.checkpoints(0, Long.MAX_VALUE);
    KeyChain learnt = KeyChain.startingWith(stored.epochs().get(0).key());
    checkFirstKey(stored);
    Frontier tree = new Frontier();
    checkNote(notes, tree, learnt);
    for (long i = 0; i < size; i++) {
      Optional<byte[]> bytes = log.leaf(i);
      if (bytes.isEmpty()) {
        draft.refuse("record " + i, "is missing");
        break;
      }
      checkNodes(tree, bytes.get());
      KeyChain before = learnt;
      learnt = checkLeaf(i, bytes.get(), learnt);
      checkNote(notes, tree, learnt);
      if (learnt != before && !notes.containsKey(i + 1)) {
        // Without it, whoever holds a later key could write the ended epoch anew.
        draft.refuse(
            "checkpoint " + (i + 1),
            "is missing; it closed epoch " + before.last().number() + " and is always kept");
      }
      if ((i & 0xFFF) == 0) {
        progress.accept(i);
      }
    }
    progress.accept(size);
    if (!log.bodies(size).isEmpty()) {
      draft.refuse("record " + size, "is missing, its content is here");
    }
    if (!stored.epochs().equals(learnt.epochs())) {
      draft.refuse(
          "keys",
          "the table of keys has "
              + stored.epochs().size()
              + " epochs, the records hand over to "
              + learnt.epochs().size()
              + ", or to others");
    }
    if (!notes.isEmpty() && notes.lastKey() > size) {
      draft.refuse(
          "checkpoint " + notes.lastKey(),
          "covers " + notes.lastKey() + " records, the log holds " + size);
    }
    return conclude(size, notes, learnt);
  }

  private void checkFirstKey(KeyChain stored) {
    VerifierKey first = stored.epochs().get(0).key();
    if (pins.first().isPresent() && !pins.first().get().equals(first)) {
      draft.refuse("first key", "is " + first + ", expected " + pins.first().get());
    }
    try {
      if (!Checkpoint.logIdOf(stored.origin()).equals(Checkpoint.logId(first))) {
        draft.refuse(
            "first key",
            "gives the id " + Checkpoint.logId(first) + ", the log is named " + stored.origin());
      }
    } catch (EvidenceException e) {
      draft.refuse("first key", String.valueOf(e.getMessage()));
    }
  }

  private void checkNodes(Frontier tree, byte[] leaf) {
    tree.append(
        Merkle.leaf(leaf),
        (level, index, hash) -> {
          try {
            if (!log.node(level, index).equals(hash)) {
              draft.refuse("node " + level + "/" + index, "is not the hash of what lies under it");
            }
          } catch (IOException e) {
            draft.refuse("node " + level + "/" + index, String.valueOf(e.getMessage()));
          }
        });
  }

  private KeyChain checkLeaf(long index, byte[] bytes, KeyChain learnt) throws IOException {
    try {
      Leaf leaf = Leaf.parse(bytes);
      if (leaf.seq() != index) {
        draft.refuse("record " + index, "says it is " + leaf.seq());
      }
      List<BodyPart> bodies = log.bodies(index);
      for (BodyPart body : bodies) {
        leaf.check(body);
      }
      if (bodies.size() < leaf.bodies().size()) {
        bodiesGone++;
        personalGone +=
            leaf.bodies().stream().anyMatch(b -> b.bodyClass().equals(BodyClass.PERSONAL.word()))
                ? 1
                : 0;
      }
      return learnt.after(leaf);
    } catch (EvidenceException e) {
      draft.refuse("record " + index, String.valueOf(e.getMessage()));
      return learnt;
    }
  }

  /** Checks the checkpoint of exactly the tree's size, if one is kept. */
  private void checkNote(NavigableMap<Long, SignedNote> notes, Frontier tree, KeyChain keys) {
    SignedNote note = notes.get(tree.size());
    if (note == null) {
      return;
    }
    try {
      Checkpoint head = keys.verify(note);
      if (head.size() != tree.size() || !head.root().equals(tree.root())) {
        draft.refuse(
            "checkpoint " + tree.size(),
            "says size "
                + head.size()
                + " and root "
                + head.root()
                + ", the records give "
                + tree.size()
                + " and "
                + tree.root());
      }
      Cosigned.refuseStrangers(
          note, keys.at(head.size()).key(), pins.witnesses(), draft, "checkpoint " + tree.size());
    } catch (EvidenceException e) {
      draft.refuse("checkpoint " + tree.size(), String.valueOf(e.getMessage()));
    }
  }

  private Verdict conclude(long size, NavigableMap<Long, SignedNote> notes, KeyChain keys) {
    long sealed = notes.isEmpty() ? 0 : notes.lastKey();
    draft.proved("records_intact", Math.min(size, sealed), keys.origin(), keys.epochs().size());
    if (pins.first().isPresent()) {
      draft.proved("first_key_pinned");
    } else {
      draft.notProved("first_key_not_given");
    }
    Cosigned.conclude(notes.values(), pins, draft);
    if (sealed < size) {
      draft.notProved("tail_unsealed", size - sealed);
    }
    if (bodiesGone > 0) {
      draft.notProved("bodies_absent", bodiesGone, personalGone);
    }
    draft.notProved("limit_live_epoch");
    draft.notProved("limit_truth");
    return draft.done(sealed, size);
  }
}
