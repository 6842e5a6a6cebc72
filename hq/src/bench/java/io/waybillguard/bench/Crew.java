package io.waybillguard.bench;

import java.util.Collection;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** A few threads that stand for many workstations; who has to wait costs none of them. */
final class Crew implements AutoCloseable {
  private static final int PATIENCE_MINUTES = Integer.getInteger("load.patience.minutes", 30);

  private final ScheduledExecutorService threads;
  private final Queue<String> broken;
  private volatile boolean over;

  /**
   * @param broken where it is told what went wrong
   */
  Crew(int size, Queue<String> broken) {
    this.threads = Executors.newScheduledThreadPool(size);
    this.broken = broken;
  }

  /** What one of them does. */
  @FunctionalInterface
  interface Step<T> {
    void take(T who) throws Exception;
  }

  /** Lets all take a step, and each take it again for as long as it is told to come later. */
  <T> void all(Collection<T> who, Step<T> step) throws InterruptedException {
    CountDownLatch left = new CountDownLatch(who.size());
    for (T each : who) {
      threads.execute(() -> attempt(each, step, left));
    }
    if (!left.await(PATIENCE_MINUTES, TimeUnit.MINUTES)) {
      broken.add(left.getCount() + " did not end in " + PATIENCE_MINUTES + " minutes");
    }
  }

  /** Lets nobody try again: there is nobody left to answer. */
  void giveUp() {
    over = true;
  }

  private <T> void attempt(T who, Step<T> step, CountDownLatch left) {
    try {
      step.take(who);
      left.countDown();
    } catch (Later later) {
      if (over) {
        left.countDown();
        return;
      }
      threads.schedule(
          () -> attempt(who, step, left), later.after().toMillis(), TimeUnit.MILLISECONDS);
    } catch (Exception | Error e) {
      broken.add(String.valueOf(e));
      left.countDown();
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
