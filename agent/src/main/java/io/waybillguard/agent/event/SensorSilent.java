package io.waybillguard.agent.event;

import java.time.Duration;
import java.time.Instant;

/**
 * A sensor that says it looks was shown something by the agent itself, and did not see it.
 *
 * @param sensor its short name
 * @param waited how long it had for it
 * @param shown what was done
 */
public record SensorSilent(Instant at, String sensor, Duration waited, String shown)
    implements Note {
  @Override
  public String type() {
    return "sensor.silent";
  }

  @Override
  public Json.Obj leaf() {
    return Json.object().put("sensor", sensor);
  }

  @Override
  public Ocsf ocsf() {
    return Ocsf.of(Ocsf.Kind.DEVICE_CONFIG_STATE_CHANGE, 1, Severity.MEDIUM, at)
        .with("state_id", 1)
        .with("state", "Disabled")
        .with("status_detail", shown)
        .unmapped("sensor", sensor)
        .unmapped("waited_ms", waited.toMillis());
  }
}
