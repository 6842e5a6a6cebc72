package io.waybillguard.agent.event;

import java.time.Duration;
import java.time.Instant;

/**
 * The wall clock and the monotonic clock moved apart.
 *
 * @param by wall minus monotonic: negative when the wall clock went back
 */
public record ClockJumped(Instant at, Duration by) implements Note {
  @Override
  public String type() {
    return "time.jump";
  }

  @Override
  public Json.Obj leaf() {
    return Json.object().put("ms", by.toMillis());
  }

  @Override
  public Ocsf ocsf() {
    return Ocsf.of(Ocsf.Kind.DEVICE_CONFIG_STATE_CHANGE, 1, Severity.LOW, at)
        .with(
            "status_detail",
            "wall clock moved by " + by.toMillis() + " ms against the monotonic clock")
        .unmapped("jump_ms", by.toMillis());
  }

  static ClockJumped recalled(Recalled event) {
    return new ClockJumped(event.at(), Duration.ofMillis(event.unmapped().number("jump_ms")));
  }
}
