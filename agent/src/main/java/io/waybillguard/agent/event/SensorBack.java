package io.waybillguard.agent.event;

import java.time.Instant;

/**
 * A sensor sees again. It has looked over what it could have missed; what came and went in between
 * is not known.
 *
 * @param from start of the blind time
 * @param until its end
 * @param detail what was looked over again
 */
public record SensorBack(Instant at, String sensor, Instant from, Instant until, String detail)
    implements Observation {
  @Override
  public String type() {
    return "sensor.back";
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
    return Ocsf.of(Ocsf.Kind.DEVICE_CONFIG_STATE_CHANGE, 1, Severity.LOW, at)
        .with("state_id", 2)
        .with("state", "Enabled")
        .with("start_time", from.toEpochMilli())
        .with("end_time", until.toEpochMilli())
        .with("status_detail", detail)
        .unmapped("sensor", sensor);
  }

  static SensorBack recalled(Recalled event) {
    return new SensorBack(
        event.at(),
        event.unmapped().text("sensor"),
        event.moment("start_time"),
        event.moment("end_time"),
        event.text("status_detail"));
  }
}
