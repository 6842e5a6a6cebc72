package io.waybillguard.agent.evidence;

import io.waybillguard.agent.event.Event;
import java.util.concurrent.CompletableFuture;

/**
 * The log's one writer as other threads see it: they ask, it does, in order. Safe from any thread;
 * a future fails with the writer's own exception.
 */
public interface LogClerk {
  /**
   * Asks for a checkpoint over all that is accepted; done when it is durable. Gives the sealed
   * size.
   */
  CompletableFuture<Long> seal();

  /** Asks for a verified cosignature to be kept; done when it is durable. Gives back the size. */
  CompletableFuture<Long> accept(EvidenceLog.Witness witness, long size, NoteSignature line);

  /** Asks for a record; done when it is durable. Gives its place. */
  CompletableFuture<Long> record(Event event);
}
