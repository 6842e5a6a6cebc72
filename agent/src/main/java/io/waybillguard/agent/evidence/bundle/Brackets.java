package io.waybillguard.agent.evidence.bundle;

import io.waybillguard.agent.evidence.Cosignature;
import io.waybillguard.agent.evidence.SignedNote;
import io.waybillguard.agent.evidence.VerifierKey;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The witnessed times around a record. A record was written no later than a witness cosigned a head
 * over it. At the cosignature before that one, the log as the witness saw it did not have the
 * record yet; that is no proof that it had not happened, since a machine may report late.
 */
final class Brackets {
  /**
   * A head that a witness cosigned.
   *
   * @param size of the head
   * @param at when the first witness did
   */
  record Seen(long size, Instant at) {}

  /**
   * The heads around a record.
   *
   * @param without the newest cosigned head that does not have the record
   * @param with the oldest cosigned head that does
   */
  record Bracket(Optional<Seen> without, Optional<Seen> with) {}

  private final NavigableMap<Long, SignedNote> notes;
  private final List<VerifierKey> witnesses;
  // Checking a signature takes half a millisecond, and a log keeps some thousand heads a year.
  private final Map<Long, Optional<Instant>> checked = new TreeMap<>();

  /**
   * @param notes kept checkpoints by size
   * @param witnesses whose cosignatures count
   */
  Brackets(NavigableMap<Long, SignedNote> notes, List<VerifierKey> witnesses) {
    this.notes = notes;
    this.witnesses = List.copyOf(witnesses);
  }

  /** The heads around a record. */
  Bracket of(long seq) {
    return new Bracket(
        first(notes.headMap(seq, true).descendingMap()), first(notes.tailMap(seq, false)));
  }

  private Optional<Seen> first(NavigableMap<Long, SignedNote> candidates) {
    for (Map.Entry<Long, SignedNote> each : candidates.entrySet()) {
      Optional<Instant> at = at(each.getKey(), each.getValue());
      if (at.isPresent()) {
        return Optional.of(new Seen(each.getKey(), at.get()));
      }
    }
    return Optional.empty();
  }

  /** When the first witness cosigned this head, if one did. */
  Optional<Instant> at(long size, SignedNote note) {
    return checked.computeIfAbsent(
        size,
        s ->
            witnesses.stream()
                .map(note::cosignedBy)
                .flatMap(Optional::stream)
                .map(Cosignature::at)
                .min(Instant::compareTo));
  }
}
