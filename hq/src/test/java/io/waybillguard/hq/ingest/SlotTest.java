package io.waybillguard.hq.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class SlotTest {
  private static final Duration FIVE_MINUTES = Duration.ofMinutes(5);
  private static final Instant OPENING = Instant.parse("2026-06-12T00:30:00Z");

  private final Random random = new Random(42);

  private String log() {
    return String.format("%016x", random.nextLong());
  }

  @Test
  void desksThatStartTogetherComeApartEvenly() {
    int[] minutes = new int[5];
    for (int i = 0; i < 10_000; i++) {
      Instant next = OPENING.plus(Slot.next(log(), OPENING, FIVE_MINUTES));
      minutes[(int) Math.floorMod(next.getEpochSecond(), 300L) / 60]++;
    }
    for (int minute : minutes) {
      assertTrue(minute > 1_800 && minute < 2_200, "of 10,000 desks " + minute + " in one minute");
    }
  }

  @Test
  void aDeskKeepsItsPlaceHoweverLateOrEarlyItCame() {
    for (int i = 0; i < 1_000; i++) {
      String log = log();
      Instant at = OPENING.plusMillis(random.nextInt(10_000_000));
      Instant first = at.plus(Slot.next(log, at, FIVE_MINUTES));
      Instant late = first.plusMillis(random.nextInt(60_000) - 30_000);
      Duration wait = Slot.next(log, late, FIVE_MINUTES);
      assertTrue(wait.toSeconds() >= 150 && wait.toSeconds() <= 450, wait.toString());
      long apart =
          Math.floorMod(Duration.between(first, late.plus(wait)).toSeconds() + 150, 300L) - 150;
      assertTrue(Math.abs(apart) <= 1, apart + " s beside its place");
    }
  }

  @Test
  void noIntervalIsTooShort() {
    for (int i = 0; i < 100; i++) {
      assertEquals(1, Slot.next(log(), OPENING, Duration.ofMillis(100)).toSeconds());
    }
  }
}
