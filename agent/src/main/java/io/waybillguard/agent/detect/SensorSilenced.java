package io.waybillguard.agent.detect;

import io.waybillguard.agent.event.Finding;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.Observation;
import io.waybillguard.agent.event.SensorBack;
import io.waybillguard.agent.event.SensorBlind;
import io.waybillguard.agent.event.SensorLive;
import io.waybillguard.agent.event.Severity;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A sensor that could see cannot any more: somebody may have seen to that. One that never saw is a
 * matter of installation, and not told; one that stays blind is told once.
 */
public final class SensorSilenced implements Detector {
  /** Names of those that see; there are as many as the agent has sensors. */
  private final Set<String> seeing = new HashSet<>();

  @Override
  public String rule() {
    return "sensor-silenced";
  }

  /** So that one that saw before a restart and does not see after it is told. */
  @Override
  public Memory memory() {
    return new Memory(Set.of("sensor.live", "sensor.back", "sensor.blind"), Duration.ofDays(30));
  }

  @Override
  public List<Finding> on(long seq, Observation seen) {
    if (seen instanceof SensorLive live) {
      seeing.add(live.sensor());
    } else if (seen instanceof SensorBack back) {
      seeing.add(back.sensor());
    } else if (seen instanceof SensorBlind blind && seeing.remove(blind.sensor())) {
      Json.Obj facts = Json.object().put("path", blind.sensor()).put("cause", blind.cause());
      return List.of(new Finding(seen.at(), rule(), Severity.MEDIUM, List.of(seq), facts));
    }
    return List.of();
  }
}
