package io.waybillguard.hq.app;

import io.waybillguard.hq.pull.Pulling;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes the bundles that people asked for in the console, on a thread of its own. */
final class PullWork implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PullWork.class);
  private static final Duration EVERY = Duration.ofMillis(500);

  private final Pulling pulling;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            Thread made = new Thread(work, "pulling");
            made.setDaemon(true);
            return made;
          });

  PullWork(Pulling pulling) {
    this.pulling = pulling;
    var unused =
        thread.scheduleWithFixedDelay(this::work, 0, EVERY.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void work() {
    try {
      while (!thread.isShutdown() && pulling.step()) {
        LOG.debug("a pull was dealt with");
      }
    } catch (IOException | RuntimeException e) {
      if (!thread.isShutdown()) {
        LOG.error("pulls cannot be worked at; tried again", e);
      }
    }
  }

  @Override
  public void close() throws InterruptedException {
    thread.shutdown();
    if (!thread.awaitTermination(30, TimeUnit.SECONDS)) {
      LOG.warn("a pull did not end in 30 s; the next start takes it up again");
    }
  }
}
