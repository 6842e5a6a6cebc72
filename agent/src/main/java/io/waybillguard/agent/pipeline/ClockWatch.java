package io.waybillguard.agent.pipeline;

import io.waybillguard.agent.event.ClockJumped;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Notices when the wall clock and the monotonic clock move apart. Owned by one thread. */
final class ClockWatch {
  /**
   * Clocks disciplined by NTP drift by far less between two looks; a person's hand moves them by
   * more.
   */
  private static final Duration TOLERANCE = Duration.ofSeconds(2);

  private Instant lastWall;
  private long lastMonoMicros;

  ClockWatch(Instant wall, long monoMicros) {
    this.lastWall = wall;
    this.lastMonoMicros = monoMicros;
  }

  /** The jump since the last look, if there was one. */
  Optional<ClockJumped> look(Instant wall, long monoMicros) {
    Duration byWall = Duration.between(lastWall, wall);
    Duration byMono = Duration.ofNanos(Math.multiplyExact(monoMicros - lastMonoMicros, 1000));
    lastWall = wall;
    lastMonoMicros = monoMicros;
    Duration apart = byWall.minus(byMono);
    return apart.abs().compareTo(TOLERANCE) > 0
        ? Optional.of(new ClockJumped(wall, apart))
        : Optional.empty();
  }
}
