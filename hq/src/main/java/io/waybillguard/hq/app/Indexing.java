package io.waybillguard.hq.app;

import io.waybillguard.hq.store.SearchIndex;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes what comes in findable, a moment later, on a thread of its own. */
final class Indexing implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Indexing.class);
  private static final Duration EVERY = Duration.ofMillis(500);
  private static final int AT_ONCE = 100;

  private final SearchIndex index;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            Thread made = new Thread(work, "indexing");
            made.setDaemon(true);
            return made;
          });

  Indexing(SearchIndex index) {
    this.index = index;
    var unused =
        thread.scheduleWithFixedDelay(this::catchUp, 0, EVERY.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void catchUp() {
    try {
      while (!thread.isShutdown() && index.catchUp(AT_ONCE) == AT_ONCE) {
        LOG.debug("indexed segments={}", AT_ONCE);
      }
    } catch (RuntimeException e) {
      if (!thread.isShutdown()) {
        LOG.error("segments cannot be made findable; tried again", e);
      }
    }
  }

  @Override
  public void close() throws InterruptedException {
    thread.shutdown();
    if (!thread.awaitTermination(30, TimeUnit.SECONDS)) {
      LOG.warn("indexing did not end in 30 s");
    }
  }
}
