package io.waybillguard.hq.console;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Wrong passwords by whom they were for, or by where they came from: a few are free, then each
 * doubles the wait. No thread waits: who comes too early is told when to come again. What was last
 * heard of longest ago is forgotten first, so memory is bounded. Safe for use by several threads.
 */
final class Guesses {
  private static final int FREE = 5;
  private static final int MOST_DOUBLINGS = 20;
  private static final int MOST_KEYS = 10_000;

  /** Who guesses no more for so long begins anew. */
  static final Duration FORGOTTEN = Duration.ofMinutes(10);

  private record Wrong(int times, Instant last) {}

  private final Duration longest;
  private final Map<String, Wrong> wrong =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Wrong> eldest) {
          return size() > MOST_KEYS;
        }
      };

  /**
   * @param longest the longest wait
   */
  Guesses(Duration longest) {
    this.longest = longest;
  }

  /** How long it is until the next guess is heard; zero when it is heard now. */
  synchronized Duration wait(String key, Instant now) {
    Wrong before = wrong.get(key);
    if (before == null || before.times() < FREE || isForgotten(before, now)) {
      return Duration.ZERO;
    }
    int doublings = Math.min(MOST_DOUBLINGS, before.times() - FREE);
    Duration whole = Duration.ofSeconds(1L << doublings);
    Duration bounded = whole.compareTo(longest) < 0 ? whole : longest;
    Duration left = Duration.between(now, before.last().plus(bounded));
    return left.isNegative() ? Duration.ZERO : left;
  }

  synchronized void wrong(String key, Instant now) {
    Wrong before = wrong.get(key);
    int times = before == null || isForgotten(before, now) ? 0 : before.times();
    wrong.put(key, new Wrong(times + 1, now));
  }

  synchronized void right(String key) {
    wrong.remove(key);
  }

  synchronized int size() {
    return wrong.size();
  }

  private static boolean isForgotten(Wrong before, Instant now) {
    return !now.isBefore(before.last().plus(FORGOTTEN));
  }
}
