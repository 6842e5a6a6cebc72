package io.waybillguard.hq.console;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

final class GuessesTest {
  private static final Instant NOON = Instant.parse("2026-06-12T04:00:00Z");

  private final Guesses guesses = new Guesses(Duration.ofSeconds(30));

  @Test
  void fiveAreFreeThenTheWaitDoublesUpToItsLimit() {
    for (int i = 0; i < 5; i++) {
      assertEquals(Duration.ZERO, guesses.wait("a", NOON));
      guesses.wrong("a", NOON);
    }
    for (int seconds : new int[] {1, 2, 4, 8, 16, 30, 30}) {
      assertEquals(Duration.ofSeconds(seconds), guesses.wait("a", NOON));
      guesses.wrong("a", NOON);
    }
    assertEquals(Duration.ofSeconds(10), guesses.wait("a", NOON.plusSeconds(20)));
    assertEquals(Duration.ZERO, guesses.wait("a", NOON.plusSeconds(30)));
    assertEquals(Duration.ZERO, guesses.wait("b", NOON));
  }

  @Test
  void theRightPasswordAndTenQuietMinutesBeginAnew() {
    for (int i = 0; i < 9; i++) {
      guesses.wrong("a", NOON);
      guesses.wrong("b", NOON);
    }
    guesses.right("a");
    guesses.wrong("b", NOON.plus(Guesses.FORGOTTEN));
    assertEquals(Duration.ZERO, guesses.wait("a", NOON));
    assertEquals(Duration.ZERO, guesses.wait("b", NOON.plus(Guesses.FORGOTTEN)));
  }

  @Test
  void memoryIsBoundedAndWhoGuessesOnIsRememberedLongest() {
    for (int i = 0; i < 6; i++) {
      guesses.wrong("steady", NOON);
    }
    for (int i = 0; i < 30_000; i++) {
      guesses.wrong("place " + i, NOON);
      guesses.wait("steady", NOON);
    }
    assertEquals(10_000, guesses.size());
    assertEquals(Duration.ofSeconds(2), guesses.wait("steady", NOON));
  }
}
