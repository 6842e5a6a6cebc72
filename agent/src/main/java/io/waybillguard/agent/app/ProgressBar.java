package io.waybillguard.agent.app;

import java.io.PrintStream;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * A bar for work that takes longer than two seconds. Says nothing where nobody watches, so that a
 * script's log stays clean.
 */
final class ProgressBar implements AutoCloseable {
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final long BETWEEN_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final int LENGTH = 30;

  private final PrintStream to;
  private final boolean watched;
  private final LongSupplier nanos;
  private final Words words;
  private final String what;
  private final long total;
  private final long begun;
  private long lastDrawn;
  private int width;

  /**
   * @param watched whether a person looks
   * @param nanos the monotonic clock
   * @param what the work, in a word or two
   * @param total how much there is to do; at least 0
   */
  ProgressBar(
      PrintStream to, boolean watched, LongSupplier nanos, Words words, String what, long total) {
    this.to = to;
    this.watched = watched;
    this.nanos = nanos;
    this.words = words;
    this.what = what;
    this.total = total;
    this.begun = nanos.getAsLong();
    this.lastDrawn = begun;
  }

  /** Says how much is done by now. Cheap enough to be called for every item. */
  void done(long count) {
    if (!watched) {
      return;
    }
    long now = nanos.getAsLong();
    if (now - begun < PATIENCE_NANOS || now - lastDrawn < BETWEEN_NANOS) {
      return;
    }
    lastDrawn = now;
    double part = total == 0 ? 1 : Math.min(1, (double) count / total);
    int filled = (int) (part * LENGTH);
    String line =
        Columns.cut(
            words.say(
                "progress",
                what,
                "█".repeat(filled) + "░".repeat(LENGTH - filled),
                count,
                total,
                part),
            Columns.WIDTH - 1);
    to.print("\r" + Columns.fit(line, Math.max(width, Columns.of(line))));
    to.flush();
    width = Columns.of(line);
  }

  /** Wipes the bar: the line that says how it went takes its place. */
  @Override
  public void close() {
    if (width > 0) {
      to.print("\r" + " ".repeat(width) + "\r");
      to.flush();
    }
  }
}
