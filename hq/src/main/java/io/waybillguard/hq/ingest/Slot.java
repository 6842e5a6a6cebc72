package io.waybillguard.hq.ingest;

import java.time.Duration;
import java.time.Instant;

/**
 * When HQ wants to hear a workstation again: at a place of its own within the interval, which
 * follows from its log's id. Desks that were all switched on at opening time are apart from their
 * second heartbeat on, and stay so; every HQ process says the same. Pure.
 */
final class Slot {
  private Slot() {}

  /**
   * @param log its id, 16 hex digits of a SHA-256, and so anywhere with the same chance
   * @return between half the interval and one and a half, to the second, at least 1 s
   */
  static Duration next(String log, Instant now, Duration interval) {
    long period = interval.toMillis();
    long place = Long.remainderUnsigned(Long.parseUnsignedLong(log, 16), period);
    long wait = Math.floorMod(place - now.toEpochMilli(), period);
    if (wait < period / 2) {
      wait += period;
    }
    return Duration.ofSeconds(Math.max(1, Math.round(wait / 1000.0)));
  }
}
