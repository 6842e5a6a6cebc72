package io.waybillguard.agent.run;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the others' heartbeats. A duty that has been silent for too long is stuck in a call that
 * will not come back; no thread can be mended from outside, so the watchdog leaves last words and
 * ends the process, and the service manager starts a new one.
 */
public final class Watchdog {
  /** Exit status of a process that the watchdog ended. */
  public static final int EXIT_STUCK = 70;

  private static final Logger LOG = LoggerFactory.getLogger(Watchdog.class);

  private final Duration patience;
  private final Consumer<String> lastWords;
  private final Runnable exit;
  private final LongSupplier nanos;
  private final List<Runner> watched = new CopyOnWriteArrayList<>();
  private final CountDownLatch stopped = new CountDownLatch(1);

  /** Told, while the duty it is about moves; null when nobody wants to know. */
  private volatile @Nullable Pulse pulse;

  /** The beat of that duty that was told last. */
  private long toldBeatNanos;

  /** When this thread last looked, and since when the others' silence counts. */
  private long lastLookNanos;

  private long awakeSinceNanos;

  /**
   * @param patience how long a step may take, {@link Duty#LONGEST_WAIT} included where the duty
   *     waits for work
   * @param lastWords takes what is known of the hang; must not touch what may be hung
   */
  public Watchdog(Duration patience, Consumer<String> lastWords) {
    this(patience, lastWords, () -> Runtime.getRuntime().halt(EXIT_STUCK), System::nanoTime);
  }

  Watchdog(Duration patience, Consumer<String> lastWords, Runnable exit, LongSupplier nanos) {
    this.patience = patience;
    this.lastWords = lastWords;
    this.exit = exit;
    this.nanos = nanos;
    this.lastLookNanos = nanos.getAsLong();
    this.awakeSinceNanos = lastLookNanos;
  }

  LongSupplier nanos() {
    return nanos;
  }

  /**
   * What is told outside that the work moves.
   *
   * @param duty whose steps are the work; one that fails and tries again moves, one that hangs does
   *     not
   * @param every longest time between two looks
   * @param beat told after a look at which nobody was stuck and that duty had moved since it was
   *     last told; must not wait
   */
  public record Pulse(String duty, Duration every, Runnable beat) {}

  /** Lets somebody outside know. Before the start. */
  public void tell(Pulse pulse) {
    this.pulse = pulse;
  }

  /** Begins to look, on a thread of its own. */
  public void start() {
    Thread thread = new Thread(this::run, "watchdog");
    thread.setDaemon(true);
    thread.start();
  }

  void watch(Runner runner) {
    watched.add(runner);
  }

  void stop() {
    stopped.countDown();
  }

  private void run() {
    try {
      while (!stopped.await(pauseMillis(), TimeUnit.MILLISECONDS)) {
        look();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private long pauseMillis() {
    long own = patience.toMillis() / 6;
    Pulse told = pulse;
    return Math.max(1, told == null ? own : Math.min(own, told.every().toMillis()));
  }

  /** One look at everybody. */
  void look() {
    long now = nanos.getAsLong();
    if (now - lastLookNanos > patience.toNanos() / 2) {
      // This thread comes far too late itself: the machine was suspended, or the process stopped.
      // Nobody hung; all get their time anew.
      awakeSinceNanos = now;
    }
    lastLookNanos = now;
    for (Runner runner : watched) {
      if (silentMillis(runner, now) > patience.toMillis()) {
        String words = epitaph(runner, now);
        LOG.error("{}", words);
        try {
          lastWords.accept(words);
        } finally {
          exit.run();
        }
        return;
      }
    }
    beat();
  }

  private void beat() {
    Pulse told = pulse;
    if (told == null) {
      return;
    }
    for (Runner runner : watched) {
      long beat = runner.lastBeatNanos();
      if (runner.name().equals(told.duty()) && beat != toldBeatNanos) {
        toldBeatNanos = beat;
        told.beat().run();
      }
    }
  }

  private long silentMillis(Runner runner, long now) {
    // Differences, since a monotonic clock may be negative.
    long silent = Math.min(now - runner.lastBeatNanos(), now - awakeSinceNanos);
    return TimeUnit.NANOSECONDS.toMillis(silent);
  }

  private String epitaph(Runner stuck, long now) {
    StringBuilder words = new StringBuilder(512);
    words
        .append("duty=")
        .append(stuck.name())
        .append(" silent_s=")
        .append(silentMillis(stuck, now) / 1000);
    for (Runner runner : watched) {
      words
          .append('\n')
          .append(runner.name())
          .append(" silent_ms=")
          .append(silentMillis(runner, now));
      for (StackTraceElement frame : runner.stack()) {
        words.append("\n  at ").append(frame);
      }
    }
    return words.toString();
  }
}
