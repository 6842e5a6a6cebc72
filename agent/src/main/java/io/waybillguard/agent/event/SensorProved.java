package io.waybillguard.agent.event;

import java.time.Instant;

/**
 * A sensor was shown something by the agent itself, and saw it: it was not blind at that time.
 *
 * @param sensor its short name
 * @param delayMillis from the act to what the sensor recorded of it, ≥ 0
 * @param shown what was done; with a part of chance that nobody else can have known before
 * @param record the record that the sensor made of it: that one and no other was the agent's doing;
 *     negative for something that no record is made of
 */
public record SensorProved(Instant at, String sensor, long delayMillis, String shown, long record)
    implements Note {
  @Override
  public String type() {
    return "sensor.proved";
  }

  @Override
  public Urgency urgency() {
    return Urgency.ROUTINE;
  }

  @Override
  public Json.Obj leaf() {
    Json.Obj leaf = Json.object().put("sensor", sensor).put("delay_ms", delayMillis);
    return record < 0 ? leaf : leaf.put("record", record);
  }

  @Override
  public Ocsf ocsf() {
    Ocsf event =
        Ocsf.of(Ocsf.Kind.DEVICE_CONFIG_STATE_CHANGE, 1, Severity.INFORMATIONAL, at)
            .with("state_id", 2)
            .with("state", "Enabled")
            .with("status_detail", shown)
            .unmapped("sensor", sensor)
            .unmapped("delay_ms", delayMillis);
    return record < 0 ? event : event.unmapped("record", record);
  }
}
