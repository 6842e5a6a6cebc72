package io.waybillguard.bench;

import io.waybillguard.agent.event.Json;
import java.util.Arrays;

/** How long requests of one kind took, in µs. Safe for use by several threads. */
final class Timings {
  private long[] taken = new long[1024];
  private int count;

  synchronized void add(long nanos) {
    if (count == taken.length) {
      taken = Arrays.copyOf(taken, count * 2);
    }
    taken[count++] = nanos / 1_000;
  }

  /** Count, median, 99th percentile and longest, in µs. */
  synchronized Json.Obj json() {
    long[] sorted = Arrays.copyOf(taken, count);
    Arrays.sort(sorted);
    return Json.object()
        .put("count", count)
        .put("p50_us", at(sorted, 0.5))
        .put("p99_us", at(sorted, 0.99))
        .put("max_us", at(sorted, 1));
  }

  private static long at(long[] sorted, double share) {
    return sorted.length == 0
        ? 0
        : sorted[(int) Math.min(sorted.length - 1L, Math.round(share * (sorted.length - 1)))];
  }
}
