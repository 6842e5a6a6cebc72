package io.waybillguard.agent.evidence;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * How well one record is secured: by the oldest checkpoints over it that say so, each checked
 * against its signatures and the record's own bytes.
 *
 * @param sealed the oldest checkpoint over it
 * @param pinned the oldest one that HQ has put its name to: nobody can change the record unseen
 * @param witnessed the oldest one of which HQ holds all records: it cannot be lost either
 */
public record Standing(Optional<Seal> sealed, Optional<Seal> pinned, Optional<Seal> witnessed) {
  private static final long FIRST_LOOK = 256;

  /**
   * A checkpoint over the record.
   *
   * @param size records that it covers
   * @param at when HQ cosigned it; empty for the log's own signature, which bears no time
   */
  public record Seal(long size, Optional<Instant> at) {}

  /** The four words, from weak to strong. */
  public enum Word {
    DURABLE,
    SEALED,
    PINNED,
    WITNESSED
  }

  /**
   * HQ's keys, as enrolment gave them.
   *
   * @param head of cosignatures that mean "seen"
   * @param mirror of cosignatures that mean "hold"
   */
  public record Witnesses(VerifierKey head, VerifierKey mirror) {}

  /**
   * Looks.
   *
   * @param hq whose cosignatures count; empty where this PC belongs to no HQ
   * @throws EvidenceException if there is no such record, or a checkpoint over it does not hold
   */
  public static Standing of(Ledger log, long seq, Optional<Witnesses> hq)
      throws IOException, EvidenceException {
    byte[] leaf =
        log.leaf(seq).orElseThrow(() -> new EvidenceException("record " + seq + " is not here"));
    KeyChain keys = log.keys();
    long size = log.size();
    Standing found = new Standing(Optional.empty(), Optional.empty(), Optional.empty());
    // A year of checkpoints does not fit into memory; the ones that count are mostly near.
    long span = FIRST_LOOK;
    for (long from = seq + 1; from <= size && !found.isComplete(hq); from += span, span *= 2) {
      for (SignedNote note : log.checkpoints(from, from + span - 1).values()) {
        if (!found.isComplete(hq)) {
          found = found.with(note, check(log, leaf, seq, note, keys), hq);
        }
      }
    }
    return found;
  }

  private boolean isComplete(Optional<Witnesses> hq) {
    return sealed.isPresent() && (hq.isEmpty() || (pinned.isPresent() && witnessed.isPresent()));
  }

  /** The size of a checkpoint that holds and has the record under it. */
  private static long check(Ledger log, byte[] leaf, long seq, SignedNote note, KeyChain keys)
      throws IOException, EvidenceException {
    Checkpoint head = keys.verify(note);
    List<Hash> path = Merkle.inclusion(log, seq, head.size());
    new TlogProof("", seq, path, note).check(leaf, head);
    return head.size();
  }

  private Standing with(SignedNote note, long size, Optional<Witnesses> hq) {
    return new Standing(
        sealed.or(() -> Optional.of(new Seal(size, Optional.empty()))),
        pinned.or(() -> hq.flatMap(w -> cosigned(note, size, w.head()))),
        witnessed.or(() -> hq.flatMap(w -> cosigned(note, size, w.mirror()))));
  }

  private static Optional<Seal> cosigned(SignedNote note, long size, VerifierKey by) {
    return note.cosignedBy(by).map(c -> new Seal(size, Optional.of(c.at())));
  }

  /** The strongest word that is true of the record. */
  public Word word() {
    if (witnessed.isPresent()) {
      return Word.WITNESSED;
    }
    if (pinned.isPresent()) {
      return Word.PINNED;
    }
    return sealed.isPresent() ? Word.SEALED : Word.DURABLE;
  }
}
