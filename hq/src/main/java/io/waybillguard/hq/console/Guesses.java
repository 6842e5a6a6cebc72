package io.waybillguard.hq.console;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;

/** Wrong passwords by where they came from. Safe for use by several threads. */
final class Guesses {
  private static final int MOST = 10;
  private static final Duration WITHIN = Duration.ofMinutes(10);
  private static final int MOST_PLACES = 10_000;

  private final Map<String, Deque<Instant>> wrong =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Deque<Instant>> eldest) {
          return size() > MOST_PLACES;
        }
      };

  synchronized boolean tooMany(String from, Instant now) {
    return recent(from, now).size() >= MOST;
  }

  synchronized void wrong(String from, Instant now) {
    recent(from, now).addLast(now);
  }

  private Deque<Instant> recent(String from, Instant now) {
    Deque<Instant> times = wrong.computeIfAbsent(from, f -> new ArrayDeque<>());
    while (!times.isEmpty() && times.getFirst().isBefore(now.minus(WITHIN))) {
      times.removeFirst();
    }
    return times;
  }
}
