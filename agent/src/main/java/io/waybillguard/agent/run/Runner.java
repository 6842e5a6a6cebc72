package io.waybillguard.agent.run;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread that steps one duty until told to stop. Its heartbeat is the time of its last finished
 * step.
 */
public final class Runner {
  private static final Logger LOG = LoggerFactory.getLogger(Runner.class);

  /** From one heartbeat to the next in the pause after a failure: rare, so it may wake. */
  private static final long BEAT_MS = 10_000;

  private final Duty duty;
  private final Thread thread;
  private final AtomicBoolean stopping = new AtomicBoolean();
  private final CountDownLatch nap = new CountDownLatch(1);
  private final LongSupplier nanos;
  private volatile long lastBeatNanos;

  /**
   * @param nanos the monotonic clock that heartbeats are told by
   */
  Runner(Duty duty, LongSupplier nanos) {
    this.duty = duty;
    this.nanos = nanos;
    this.lastBeatNanos = nanos.getAsLong();
    this.thread = new Thread(this::run, duty.name());
    // A fault that no step can survive (out of memory, a broken class) must end the process, so
    // that it is restarted.
    this.thread.setUncaughtExceptionHandler(
        (t, fatal) -> {
          LOG.error(
              "duty={} ended for good; the agent stops so that it is restarted",
              duty.name(),
              fatal);
          Runtime.getRuntime().halt(Watchdog.EXIT_STUCK);
        });
  }

  /** The duty's name. */
  public String name() {
    return duty.name();
  }

  void start() {
    thread.start();
  }

  private void run() {
    while (!stopping.get()) {
      try {
        duty.step();
        beat();
      } catch (Exception e) {
        beat();
        pause(duty.failed(e));
      }
    }
    try {
      duty.end();
    } catch (Exception e) {
      LOG.warn("duty={} did not end cleanly", duty.name(), e);
    }
  }

  private void beat() {
    lastBeatNanos = nanos.getAsLong();
  }

  /**
   * A pause that a stop cuts short. Long ones beat on, so that the watchdog can tell a pause from a
   * hang.
   */
  private void pause(long millis) {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    try {
      for (long left = millis;
          left > 0;
          left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime())) {
        if (nap.await(Math.min(left, BEAT_MS), TimeUnit.MILLISECONDS)) {
          return;
        }
        beat();
      }
    } catch (InterruptedException e) {
      // Somebody wants this thread gone: stopping is the only reason there is.
      stopping.set(true);
      Thread.currentThread().interrupt();
    }
  }

  /** When the last step ended, by the clock given. */
  long lastBeatNanos() {
    return lastBeatNanos;
  }

  StackTraceElement[] stack() {
    return thread.getStackTrace();
  }

  void askToStop() {
    stopping.set(true);
    nap.countDown();
    duty.wake();
  }

  /** Whether the thread ended within the time. */
  boolean join(long millis) throws InterruptedException {
    thread.join(Math.max(1, millis));
    return !thread.isAlive();
  }
}
