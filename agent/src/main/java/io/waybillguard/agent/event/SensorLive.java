package io.waybillguard.agent.event;

import java.time.Instant;

/**
 * A sensor began to look.
 *
 * @param reduced true when it sees less than it could with full rights or a newer kernel
 * @param detail what it looks at and, when reduced, what it cannot see
 */
public record SensorLive(Instant at, String sensor, boolean reduced, String detail)
    implements Observation {
  @Override
  public String type() {
    return "sensor.live";
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
    return Ocsf.of(
            Ocsf.Kind.DEVICE_CONFIG_STATE_CHANGE,
            1,
            reduced ? Severity.LOW : Severity.INFORMATIONAL,
            at)
        .with("state_id", 2)
        .with("state", "Enabled")
        .with("status_detail", detail)
        .unmapped("sensor", sensor)
        .unmapped("reduced", reduced);
  }

  static SensorLive recalled(Recalled event) {
    return new SensorLive(
        event.at(),
        event.unmapped().text("sensor"),
        event.unmapped().flag("reduced"),
        event.text("status_detail"));
  }
}
