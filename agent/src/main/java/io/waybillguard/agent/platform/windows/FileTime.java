package io.waybillguard.agent.platform.windows;

import java.time.Instant;
import java.util.Optional;

/** FILETIME of minwinbase.h: steps of 100 ns since the first day of 1601, UTC. Pure. */
final class FileTime {
  private static final long UNIX_EPOCH_SECONDS = 11_644_473_600L;
  private static final long STEPS_A_SECOND = 10_000_000L;
  private static final long NANOS_A_STEP = 100;

  private FileTime() {}

  /** The moment; empty for 0, which is how Windows writes "never". */
  static Optional<Instant> instant(long steps) {
    return steps <= 0
        ? Optional.empty()
        : Optional.of(
            Instant.ofEpochSecond(
                steps / STEPS_A_SECOND - UNIX_EPOCH_SECONDS,
                steps % STEPS_A_SECOND * NANOS_A_STEP));
  }
}
