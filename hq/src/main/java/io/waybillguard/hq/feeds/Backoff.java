package io.waybillguard.hq.feeds;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to leave a receiver alone that has not taken anything: a random part ("full jitter") of
 * a span that doubles with each failure, so that several HQs do not come back at the same moment.
 */
final class Backoff {
  static final Duration LEAST = Duration.ofSeconds(1);
  static final Duration MOST = Duration.ofMinutes(5);

  private final RandomGenerator random;
  private int failures;

  Backoff(RandomGenerator random) {
    this.random = random;
  }

  /**
   * After one more failure.
   *
   * @return from half a second to {@link #MOST}
   */
  Duration failed() {
    long span = LEAST.toMillis() << Math.min(failures, 16);
    failures++;
    long most = Math.min(span, MOST.toMillis());
    return Duration.ofMillis(random.nextLong(LEAST.toMillis() / 2, Math.max(most, 1_000) + 1));
  }

  void worked() {
    failures = 0;
  }
}
