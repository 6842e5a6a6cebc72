package io.waybillguard.hq.app;

import io.waybillguard.hq.store.SearchIndex;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes what comes in findable, a moment later, on a thread of its own. While reports come in it
 * leaves them most of the time: that a record is durable is waited for, that it can be searched is
 * not. Only for a while, so that under a load without end it goes on as fast as it can.
 */
final class Indexing implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Indexing.class);
  private static final Duration EVERY = Duration.ofMillis(500);
  private static final int AT_ONCE = 100;

  /** How long it rests for each moment of work while reports come in, and at most at a time. */
  private static final int REST_FOR_WORK = 4;

  private static final Duration MOST_REST = Duration.ofSeconds(1);

  /** How long it may be behind for the reports' sake. */
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final SearchIndex index;
  private final BooleanSupplier reportsComeIn;
  private final CountDownLatch ended = new CountDownLatch(1);
  private long begun;
  private long worked;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            Thread made = new Thread(work, "indexing");
            made.setDaemon(true);
            return made;
          });

  /**
   * @param reportsComeIn whether others have more need of the machine now
   */
  Indexing(SearchIndex index, BooleanSupplier reportsComeIn) {
    this.index = index;
    this.reportsComeIn = reportsComeIn;
    var unused =
        thread.scheduleWithFixedDelay(this::catchUp, 0, EVERY.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void catchUp() {
    try {
      begun = System.nanoTime();
      worked = begun;
      while (!thread.isShutdown() && index.catchUp(AT_ONCE, this::rest) == AT_ONCE) {
        LOG.debug("indexed segments={}", AT_ONCE);
      }
    } catch (RuntimeException e) {
      if (!thread.isShutdown()) {
        LOG.error("segments cannot be made findable; tried again", e);
      }
    }
  }

  private void rest() {
    long now = System.nanoTime();
    if (reportsComeIn.getAsBoolean() && now - begun < PATIENCE.toNanos()) {
      try {
        ended.await(
            Math.min(REST_FOR_WORK * (now - worked), MOST_REST.toNanos()), TimeUnit.NANOSECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt(); // nobody does; if so, no rest
      }
    }
    worked = System.nanoTime();
  }

  @Override
  public void close() throws InterruptedException {
    thread.shutdown();
    ended.countDown();
    if (!thread.awaitTermination(30, TimeUnit.SECONDS)) {
      LOG.warn("indexing did not end in 30 s");
    }
  }
}
