package io.waybillguard.hq.console;

import io.waybillguard.agent.evidence.Checkpoint;
import io.waybillguard.agent.evidence.Cosignature;
import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.SignedNote;
import io.waybillguard.agent.evidence.VerifierKey;
import java.time.Instant;

/**
 * The checkpoint that first covered a record, and when HQ signed for it.
 *
 * @param size of the checkpoint
 * @param held when HQ held the bytes
 * @param note the checkpoint, with all its signatures
 */
public record Proof(long size, Instant held, String note) {

  /** The proof in a segment's note. */
  static Proof of(SignedNote note, VerifierKey mirror) {
    try {
      return new Proof(
          Checkpoint.parse(note.text()).size(),
          note.cosignedBy(mirror).map(Cosignature::at).orElse(Instant.EPOCH),
          note.toString());
    } catch (EvidenceException e) {
      throw new IllegalStateException("HQ's database holds a note that is no checkpoint", e);
    }
  }
}
