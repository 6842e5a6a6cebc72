package io.waybillguard.hq.app;

import io.waybillguard.hq.feeds.Sending;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One feed on a thread of its own, so that a receiver that hangs holds nothing else up. */
final class FeedWork implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FeedWork.class);

  /** After what should not happen: long enough not to fill the program's log. */
  private static final Duration AFTER_A_BUG = Duration.ofSeconds(30);

  private final Sending sending;
  private final CountDownLatch ended = new CountDownLatch(1);
  private final Thread thread;

  FeedWork(Sending sending) {
    this.sending = sending;
    this.thread = new Thread(this::work, "feed-" + sending.name());
    thread.setDaemon(true);
    thread.start();
  }

  private void work() {
    try {
      while (!ended.await(step().toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.trace("feed={} goes on", sending.name());
      }
      sending.letGo();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      LOG.warn("feed={} could not be let go; another HQ waits for a minute", sending.name(), e);
    }
  }

  private Duration step() {
    try {
      return sending.step();
    } catch (RuntimeException e) {
      if (ended.getCount() > 0) {
        LOG.error("feed={} cannot be worked at; tried again", sending.name(), e);
      }
      return AFTER_A_BUG;
    }
  }

  @Override
  public void close() throws InterruptedException {
    ended.countDown();
    sending.close();
    thread.join(TimeUnit.SECONDS.toMillis(30));
    if (thread.isAlive()) {
      LOG.warn("feed={} did not end in 30 s", sending.name());
    }
  }
}
