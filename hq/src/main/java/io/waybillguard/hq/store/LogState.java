package io.waybillguard.hq.store;

import io.waybillguard.agent.evidence.Checkpoint;
import io.waybillguard.agent.evidence.Frontier;
import io.waybillguard.agent.evidence.KeyChain;
import io.waybillguard.agent.evidence.SignedNote;
import java.util.List;
import java.util.Optional;

/**
 * What HQ holds of one log, read in one transaction.
 *
 * @param workstation whose log it is
 * @param keys the keys that HQ knows of it
 * @param closings checkpoints that ended an epoch, as far as HQ was given them as proofs of their
 *     own
 * @param head the newest head that HQ cosigned; size 0 when none
 * @param mirror the size and root up to which HQ holds the bytes; size 0 when none
 * @param frontier the right edge of the tree of the mirror's size; a copy of the caller's own
 * @param headNote the head as signed and cosigned; absent at size 0
 * @param mirrorNote the mirror's checkpoint as signed and cosigned; absent at size 0
 */
public record LogState(
    Workstation workstation,
    KeyChain keys,
    List<Checkpoint> closings,
    Checkpoint head,
    Checkpoint mirror,
    Frontier frontier,
    Optional<SignedNote> headNote,
    Optional<SignedNote> mirrorNote) {

  public LogState {
    closings = List.copyOf(closings);
  }

  /** The log's name. */
  public String origin() {
    return workstation.origin();
  }
}
