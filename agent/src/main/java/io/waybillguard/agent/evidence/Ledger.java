package io.waybillguard.agent.evidence;

import java.io.IOException;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;

/**
 * A log as verifying, sending and exporting see it, wherever it lies. Read only; used by one thread
 * at a time.
 */
public interface Ledger extends Merkle.Nodes {
  /**
   * The keys of the log, oldest first.
   *
   * @throws IOException if they cannot be read or are no chain
   */
  KeyChain keys() throws IOException;

  /** How many leaves there are. */
  long size() throws IOException;

  /** The stored bytes of a leaf; empty when it was pruned or never written. */
  Optional<byte[]> leaf(long index) throws IOException;

  /** The body parts of a record that are still here, in order. */
  List<BodyPart> bodies(long index) throws IOException;

  /** The kept checkpoints by size, those of [from, to]. */
  NavigableMap<Long, SignedNote> checkpoints(long from, long to) throws IOException;

  /**
   * The size below which leaves may be missing because their time was over; 0 when none are. Those
   * that hand over keys are never missing.
   */
  default long prunedBelow() throws IOException {
    return 0;
  }
}
