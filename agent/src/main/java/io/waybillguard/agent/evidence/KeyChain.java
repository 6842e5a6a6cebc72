package io.waybillguard.agent.evidence;

import java.util.ArrayList;
import java.util.List;

/**
 * The keys of a log, oldest first, each with the size at which its time begins. A checkpoint of
 * size s is valid only under the key with first size &lt; s ≤ the next key's first size: a key that
 * is stolen later signs nothing of the time before it. Immutable.
 */
public final class KeyChain {
  /** Type of the record that ends an epoch and names the next key. */
  static final String HAND_OVER = "log.key";

  private final List<Epoch> epochs;

  /**
   * One key's time.
   *
   * @param number from 0
   * @param firstSize the size that the log had when this key took over; 0 for the first
   * @param key its public half
   */
  public record Epoch(long number, long firstSize, VerifierKey key) {}

  private KeyChain(List<Epoch> epochs) {
    this.epochs = List.copyOf(epochs);
  }

  /** The chain of a log that still has its first key. */
  public static KeyChain startingWith(VerifierKey first) {
    return new KeyChain(List.of(new Epoch(0, 0, first)));
  }

  /**
   * A chain that was kept somewhere.
   *
   * @throws EvidenceException if it is empty, not in order, or of several logs
   */
  public static KeyChain of(List<Epoch> epochs) throws EvidenceException {
    if (epochs.isEmpty()) {
      throw new EvidenceException("a log has at least one key");
    }
    for (int i = 0; i < epochs.size(); i++) {
      Epoch epoch = epochs.get(i);
      boolean inOrder =
          i == 0 ? epoch.firstSize() == 0 : epoch.firstSize() > epochs.get(i - 1).firstSize();
      if (epoch.number() != i
          || !inOrder
          || !epoch.key().name().equals(epochs.get(0).key().name())) {
        throw new EvidenceException(
            "epoch " + epoch.number() + " from size " + epoch.firstSize() + " is out of turn");
      }
    }
    return new KeyChain(epochs);
  }

  /**
   * The chain with the hand-over of this leaf added; itself when the leaf is none.
   *
   * @throws EvidenceException if the leaf hands over out of turn, or to a key of another log
   */
  public KeyChain after(Leaf leaf) throws EvidenceException {
    if (!leaf.type().equals(HAND_OVER)) {
      return this;
    }
    VerifierKey next = VerifierKey.parse(leaf.fields().text("next", ""));
    long number = leaf.fields().number("epoch", -1);
    Epoch last = last();
    if (number != last.number() + 1 || leaf.seq() + 1 <= last.firstSize()) {
      throw new EvidenceException(
          "record "
              + leaf.seq()
              + " hands over to epoch "
              + number
              + ", expected "
              + (last.number() + 1));
    }
    if (!next.name().equals(last.key().name()) || next.type() != VerifierKey.SIGNER) {
      throw new EvidenceException(
          "record "
              + leaf.seq()
              + " hands over to a key of "
              + next.name()
              + ", the log is "
              + last.key().name());
    }
    List<Epoch> more = new ArrayList<>(epochs);
    more.add(new Epoch(number, leaf.seq() + 1, next));
    return new KeyChain(more);
  }

  /** Whether this hand-over, to this very key at this very place, is in the chain. */
  boolean knows(Leaf handOver) {
    String next = handOver.fields().text("next", "");
    long number = handOver.fields().number("epoch", -1);
    return epochs.stream()
        .anyMatch(
            e ->
                e.number() > 0
                    && e.number() == number
                    && e.firstSize() == handOver.seq() + 1
                    && e.key().toString().equals(next));
  }

  /** All epochs, oldest first. */
  public List<Epoch> epochs() {
    return epochs;
  }

  /** The newest epoch. */
  public Epoch last() {
    return epochs.get(epochs.size() - 1);
  }

  /** The log's name: every key bears it. */
  public String origin() {
    return epochs.get(0).key().name();
  }

  /** The one epoch whose key may sign a checkpoint of this size. */
  public Epoch at(long size) {
    for (int i = epochs.size() - 1; i > 0; i--) {
      if (epochs.get(i).firstSize() < size) {
        return epochs.get(i);
      }
    }
    return epochs.get(0);
  }

  /** Whether a size is where an epoch ended: its checkpoint is what holds a later thief off. */
  public boolean endsAt(long size) {
    return epochs.stream().anyMatch(e -> e.number() > 0 && e.firstSize() == size);
  }

  /**
   * The checkpoint in a note, if it is this log's and signed by the key whose time it was.
   *
   * @throws EvidenceException naming the size, the key that signed and the key that should have
   */
  public Checkpoint verify(SignedNote note) throws EvidenceException {
    Checkpoint head = Checkpoint.parse(note.text());
    if (!head.origin().equals(origin())) {
      throw new EvidenceException("a checkpoint of " + head.origin() + ", expected " + origin());
    }
    Epoch epoch = at(head.size());
    if (!note.isSignedBy(epoch.key())) {
      throw new EvidenceException(
          "the checkpoint of size "
              + head.size()
              + " is not signed by the key of epoch "
              + epoch.number()
              + " ("
              + epoch.key()
              + ")");
    }
    return head;
  }
}
