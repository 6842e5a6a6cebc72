package io.waybillguard.agent.evidence;

import io.waybillguard.agent.event.BodyClass;
import io.waybillguard.agent.event.JsonException;
import io.waybillguard.agent.event.Span;
import java.io.IOException;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Checks a whole log against itself, its keys and the cosignatures in it: every leaf against its
 * node, every node against its children, every kept checkpoint against the tree and the key whose
 * time it was, every body against its leaf.
 */
public final class LogVerifier {
  private final Ledger log;
  private final Pins pins;
  private final Verdict.Draft draft = new Verdict.Draft();

  // By body part, a bit a record: a log of two thousand million records is not one of a desk.
  private final Map<Integer, BitSet> gone = new TreeMap<>();
  private final Map<Integer, BitSet> toldErased = new TreeMap<>();
  private final BitSet personal = new BitSet();
  private long pruned;

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
    long prunedBelow = Math.min(log.prunedBelow(), size - 1);
    for (long i = 0; i < size; i++) {
      Optional<byte[]> bytes = log.leaf(i);
      if (bytes.isEmpty() && i >= prunedBelow) {
        draft.refuse("record " + i, "is missing");
        break;
      }
      KeyChain before = learnt;
      if (bytes.isPresent()) {
        checkNodes(tree, Merkle.leaf(bytes.get()));
        learnt = checkLeaf(i, bytes.get(), learnt);
      } else {
        // Its hash is still here and must fit into the tree like any other. One that handed over a
        // key is missed below, when the keys are compared.
        pruned++;
        checkNodes(tree, hashOfPruned(i));
      }
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
    refuseEarlyPruning(prunedBelow, notes);
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

  private Hash hashOfPruned(long index) {
    try {
      return log.node(0, index);
    } catch (IOException e) {
      draft.refuse("record " + index, String.valueOf(e.getMessage()));
      return Merkle.empty();
    }
  }

  private void checkNodes(Frontier tree, Hash leaf) {
    tree.append(
        leaf,
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
      missing(leaf, bodies);
      if (leaf.type().equals("log.erase")) {
        remember(leaf);
      }
      return learnt.after(leaf);
    } catch (EvidenceException e) {
      draft.refuse("record " + index, String.valueOf(e.getMessage()));
      return learnt;
    }
  }

  private void missing(Leaf leaf, List<BodyPart> here) {
    Set<Integer> parts = here.stream().map(BodyPart::part).collect(Collectors.toSet());
    for (int part = 0; part < leaf.bodies().size(); part++) {
      if (!parts.contains(part)) {
        gone.computeIfAbsent(part, p -> new BitSet()).set(Math.toIntExact(leaf.seq()));
        if (BodyClass.of(leaf.bodies().get(part).bodyClass()) == BodyClass.PERSONAL) {
          personal.set(Math.toIntExact(leaf.seq()));
        }
      }
    }
  }

  /** What a record says was erased; it can only speak of records before it. */
  private void remember(Leaf leaf) throws EvidenceException {
    try {
      int part = (int) leaf.fields().number("part");
      BitSet which = toldErased.computeIfAbsent(part, p -> new BitSet());
      for (Span span : Span.read(leaf.fields(), "records")) {
        if (span.to() > leaf.seq()) {
          throw new EvidenceException("it erases record " + (span.to() - 1) + ", which came later");
        }
        which.set(Math.toIntExact(span.from()), Math.toIntExact(span.to()));
      }
    } catch (JsonException e) {
      throw new EvidenceException(String.valueOf(e.getMessage()), e);
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
    concludeGone();
    draft.notProved("limit_live_epoch");
    draft.notProved("limit_truth");
    return draft.done(sealed, size);
  }

  /** What is not here any more, told apart by whether the log itself says why. */
  private void concludeGone() {
    BitSet explained = new BitSet();
    BitSet unexplained = new BitSet();
    gone.forEach(
        (part, records) -> {
          BitSet told = toldErased.getOrDefault(part, new BitSet());
          records.stream().forEach(i -> (told.get(i) ? explained : unexplained).set(i));
        });
    sayGone("bodies_erased", explained);
    sayGone("bodies_absent", unexplained);
    if (pruned > 0) {
      draft.notProved("records_pruned", pruned);
    }
  }

  private void sayGone(String key, BitSet records) {
    if (!records.isEmpty()) {
      BitSet ofPersons = (BitSet) records.clone();
      ofPersons.and(personal);
      draft.notProved(key, records.cardinality(), ofPersons.cardinality());
    }
  }

  /** Leaves may go only once HQ holds them. */
  private void refuseEarlyPruning(long below, NavigableMap<Long, SignedNote> notes) {
    boolean held =
        notes.tailMap(below, true).values().stream()
            .anyMatch(
                note -> pins.witnesses().stream().anyMatch(w -> note.cosignedBy(w).isPresent()));
    if (pruned > 0 && !pins.witnesses().isEmpty() && !held) {
      draft.refuse(
          "records below " + below,
          pruned + " of them are missing, though HQ has not put its name to them");
    }
  }
}
