package io.waybillguard.agent.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.waybillguard.agent.HandClock;
import io.waybillguard.agent.event.ClockJumped;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class ClockWatchTest {
  private static final Instant NOON = Instant.parse("2026-06-12T04:31:00Z");

  private final HandClock clock = new HandClock(NOON);
  private final ClockWatch watch = new ClockWatch(NOON, 0);

  private Optional<Duration> look() {
    return watch.look(clock.instant(), clock.micros()).map(ClockJumped::by);
  }

  @Test
  void timeThatPassesIsNoJump() {
    for (int i = 0; i < 100; i++) {
      clock.pass(Duration.ofHours(i));
      assertEquals(Optional.empty(), look());
    }
  }

  @Test
  void twoSecondsAreForgivenAndMoreIsNot() {
    for (Duration apart : new Duration[] {Duration.ofSeconds(2), Duration.ofSeconds(-2)}) {
      clock.pass(Duration.ofSeconds(5));
      clock.set(clock.instant().plus(apart));
      assertEquals(Optional.empty(), look());
      Duration more = apart.plusMillis(apart.isNegative() ? -1 : 1);
      clock.pass(Duration.ofSeconds(5));
      clock.set(clock.instant().plus(more));
      assertEquals(Optional.of(more), look());
    }
  }

  @Test
  void tenYearsAndTheYear1970AreNotedOnceEach() {
    for (Instant set :
        new Instant[] {
          NOON.minus(Duration.ofDays(3653)), NOON.plus(Duration.ofDays(3653)), Instant.EPOCH, NOON
        }) {
      Duration by = Duration.between(clock.instant(), set);
      clock.set(set);
      assertEquals(Optional.of(by), look());
      assertEquals(Optional.empty(), look());
      clock.pass(Duration.ofDays(1));
      assertEquals(Optional.empty(), look());
      clock.pass(Duration.ofDays(1).negated()); // back to the day, by both clocks
      assertEquals(Optional.empty(), look());
    }
  }

  /** On Linux the monotonic clock stands still while the machine sleeps. */
  @Test
  void aSleepOfDaysIsNoted() {
    clock.pass(Duration.ofSeconds(3));
    clock.set(clock.instant().plus(Duration.ofDays(3)));
    assertEquals(Optional.of(Duration.ofDays(3)), look());
  }
}
