package io.waybillguard.hq.store;

import java.time.Instant;
import java.time.LocalDate;

/**
 * Days as charts count them: by the one civil time that all outlets have, UTC+8 without summer
 * time. A day is its number since 1970-01-01.
 */
public final class Days {
  /** Milliseconds that this time is ahead of UTC. */
  static final long OFFSET_MILLIS = 8 * 3_600_000L;

  private static final long MILLIS = 86_400_000;

  private Days() {}

  /** The day of a moment. */
  public static long of(Instant at) {
    return of(at.toEpochMilli());
  }

  static long of(long millis) {
    return Math.floorDiv(millis + OFFSET_MILLIS, MILLIS);
  }

  /** When a day begins. */
  public static Instant begin(long day) {
    return Instant.ofEpochMilli(day * MILLIS - OFFSET_MILLIS);
  }

  /** As a calendar names it. */
  public static LocalDate date(long day) {
    return LocalDate.ofEpochDay(day);
  }
}
