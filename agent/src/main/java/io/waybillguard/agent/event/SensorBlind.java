package io.waybillguard.agent.event;

import java.time.Instant;

/**
 * A sensor cannot see. Silence after this is not evidence of calm.
 *
 * @param at when this was noticed
 * @param from since when it may have missed things: its last good look
 * @param cause why, and what to do about it
 */
public record SensorBlind(Instant at, String sensor, Instant from, String cause)
    implements Observation {
  @Override
  public String type() {
    return "sensor.blind";
  }

  @Override
  public Urgency urgency() {
    return Urgency.CRITICAL;
  }

  @Override
  public BodyClass bodyClass() {
    return BodyClass.TECHNICAL;
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
        .with("start_time", from.toEpochMilli())
        .with("status_detail", cause)
        .unmapped("sensor", sensor);
  }

  static SensorBlind recalled(Recalled event) {
    return new SensorBlind(
        event.at(),
        event.unmapped().text("sensor"),
        event.moment("start_time"),
        event.text("status_detail"));
  }
}
