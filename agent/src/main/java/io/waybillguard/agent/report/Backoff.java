package io.waybillguard.agent.report;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Full jitter: a random time up to a bound that doubles with every failure. Owned by one thread.
 */
final class Backoff {
  private static final Duration FIRST = Duration.ofSeconds(1);

  private final Duration most;
  private final RandomGenerator random;
  private Duration bound = FIRST;

  Backoff(Duration most, RandomGenerator random) {
    this.most = most;
    this.random = random;
  }

  /** How long to wait after one more failure. */
  Duration next() {
    Duration wait = Duration.ofMillis(random.nextLong(bound.toMillis() + 1));
    Duration doubled = bound.multipliedBy(2);
    bound = doubled.compareTo(most) < 0 ? doubled : most;
    return wait;
  }

  /** Something worked. */
  void reset() {
    bound = FIRST;
  }

  /** A time within ±20 % of this one, so that a fleet does not speak at once. */
  Duration around(Duration period) {
    return Duration.ofMillis(Math.round(period.toMillis() * random.nextDouble(0.8, 1.2)));
  }
}
