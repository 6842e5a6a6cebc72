package io.waybillguard.hq.http;

import io.javalin.http.Context;
import io.waybillguard.agent.report.wire.Refusal;
import io.waybillguard.hq.ingest.Rejected;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * How many requests of one kind are dealt with at once. A few more wait in line, first come first
 * served; all others are sent away at once, each told its own moment to come again, so that a crowd
 * that comes together does not come together again. Nothing of a request that is sent away was read
 * or taken. Safe for use by several threads.
 */
final class Admission {
  private final String what;
  private final Semaphore places;
  private final Semaphore line;
  private final Duration patience;
  private final Duration after;
  private final RandomGenerator random;

  /**
   * @param what is being taken, for the sentence of a refusal
   * @param atOnce at most so many
   * @param waiting at most so many wait, each on a thread of the server
   * @param patience how long each waits at most
   * @param after the earliest moment to come again; the latest is three times that, in seconds
   */
  Admission(
      String what,
      int atOnce,
      int waiting,
      Duration patience,
      Duration after,
      RandomGenerator random) {
    this.what = what;
    this.places = new Semaphore(atOnce, true);
    this.line = new Semaphore(waiting);
    this.patience = patience;
    this.after = after;
    this.random = random;
  }

  /** What is done in a place. */
  @FunctionalInterface
  interface Work {
    void run() throws Rejected, IOException;
  }

  /**
   * Does something when there is a place for it.
   *
   * @throws Rejected 503 with {@code Retry-After} when there is none; nothing was done then
   */
  void admit(Context request, Work work) throws Rejected, IOException {
    if (!enters()) {
      long seconds = after.toSeconds();
      request.header("Retry-After", String.valueOf(seconds + random.nextLong(2 * seconds + 1)));
      throw Rejected.because(503, Refusal.BUSY, "many " + what + " are being taken; try again");
    }
    try {
      work.run();
    } finally {
      places.release();
    }
  }

  private boolean enters() {
    // Not the plain tryAcquire, which would push in before those who wait.
    try {
      if (places.tryAcquire(0, TimeUnit.SECONDS)) {
        return true;
      }
      if (!line.tryAcquire()) {
        return false;
      }
      try {
        return places.tryAcquire(patience.toMillis(), TimeUnit.MILLISECONDS);
      } finally {
        line.release();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false; // the server ends
    }
  }
}
