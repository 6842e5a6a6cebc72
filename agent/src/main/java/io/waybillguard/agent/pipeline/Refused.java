package io.waybillguard.agent.pipeline;

import io.waybillguard.agent.event.Event;
import io.waybillguard.agent.event.RecordsLost;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Counts of what the log did not take, by cause, until they can be written. Owned by one thread.
 */
final class Refused {
  private final Map<String, Gap> gaps = new LinkedHashMap<>();

  /** What one cause has cost. */
  private static final class Gap {
    private final Map<String, Long> counts = new HashMap<>();
    private final Instant from;
    private Instant until;

    Gap(Instant from) {
      this.from = from;
      this.until = from;
    }
  }

  /** Counts a record. One that is itself a count is not one record less, but all that it counts. */
  void count(Event event, String cause) {
    if (event instanceof RecordsLost lost) {
      Gap gap = gap(lost.cause(), lost.from());
      lost.counts().forEach((type, n) -> gap.counts.merge(type, n, Long::sum));
      gap.until = lost.until();
    } else {
      Gap gap = gap(cause, event.at());
      gap.counts.merge(event.type(), 1L, Long::sum);
      gap.until = event.at();
    }
  }

  private Gap gap(String cause, Instant from) {
    return gaps.computeIfAbsent(cause, c -> new Gap(from));
  }

  boolean isEmpty() {
    return gaps.isEmpty();
  }

  /** All of them together. */
  long total() {
    return gaps.values().stream()
        .flatMap(gap -> gap.counts.values().stream())
        .mapToLong(Long::longValue)
        .sum();
  }

  /** The oldest cause and what it has cost, as a record. */
  RecordsLost first(Instant now) {
    Map.Entry<String, Gap> first = gaps.entrySet().iterator().next();
    Gap gap = first.getValue();
    return new RecordsLost(now, gap.from, gap.until, gap.counts, first.getKey());
  }

  /** Forgets it: it is written. */
  void removeFirst() {
    gaps.remove(gaps.keySet().iterator().next());
  }
}
