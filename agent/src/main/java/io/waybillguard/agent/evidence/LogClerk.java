package io.waybillguard.agent.evidence;

import io.waybillguard.agent.event.Event;
import io.waybillguard.agent.event.Span;
import java.io.IOException;
import java.time.Duration;
import java.util.SortedSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The log's one writer as other threads see it: they ask, it does, in order. Safe from any thread;
 * a future fails with the writer's own exception.
 */
public interface LogClerk {
  /** How long the log may take for what is waited for. */
  Duration PATIENCE = Duration.ofSeconds(20);

  /**
   * Asks for a checkpoint over all that is accepted; done when it is durable. Gives the sealed
   * size.
   */
  CompletableFuture<Long> seal();

  /** Asks for a verified cosignature to be kept; done when it is durable. Gives back the size. */
  CompletableFuture<Long> accept(EvidenceLog.Witness witness, long size, NoteSignature line);

  /** Asks for a record; done when it is durable. Gives its place. */
  CompletableFuture<Long> record(Event event);

  /**
   * Asks for a record and waits until it is durable. Gives its place.
   *
   * @throws IOException if the log does not take it within {@link #PATIENCE}; it may still come
   */
  default long write(Event event) throws IOException, InterruptedException {
    return done("a " + event.type(), record(event));
  }

  /**
   * Waits for something that was asked for.
   *
   * @param what it is, for the message
   * @throws IOException if the log does not take it within {@link #PATIENCE}; it may still come
   */
  static <T> T done(String what, CompletableFuture<T> asked)
      throws IOException, InterruptedException {
    try {
      return asked.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException("the log does not take " + what + " now: " + e, e);
    }
  }

  /**
   * Asks for the log to be set aside and another to begin in its place; done when the new log's
   * first record is durable. Gives the new log's name. Readers of the log must be closed before.
   *
   * @param atHq the newest head that HQ has cosigned, as its signed note
   * @param why the log cannot be continued
   */
  CompletableFuture<String> succeed(SignedNote atHq, String why);

  /** Asks for the live key's signature over a statement that is no checkpoint. */
  CompletableFuture<byte[]> attest(byte[] statement);

  /**
   * Asks for records to be held for a case; done when it is durable. Gives false if just this hold
   * was there already.
   *
   * @param caseNo 1 to 200 characters
   * @param records may reach beyond the end of the log
   */
  CompletableFuture<Boolean> hold(String caseNo, Span records);

  /**
   * Asks for a hold to end; done when that is durable. Gives false if there is no such hold: it
   * must be of just these records.
   */
  CompletableFuture<Boolean> release(String caseNo, Span records);

  /**
   * Asks for the content of records to be erased; done when that is durable and no copy is left in
   * the log's files. While somebody reads the log that may take as long as he reads.
   *
   * @param records at most {@link EvidenceLog#MOST_ERASED}
   * @param request by whose request, 1 to 200 characters
   */
  CompletableFuture<Erasure> erase(SortedSet<Long> records, String request);

  /** Asks for the key to change; done when that is durable. Gives the new epoch's number. */
  CompletableFuture<Long> changeKey();
}
