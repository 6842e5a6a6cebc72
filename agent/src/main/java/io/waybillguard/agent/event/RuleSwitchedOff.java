package io.waybillguard.agent.event;

import java.time.Instant;

/**
 * A rule failed and stays off until the next start. The observation it failed on is safe in the
 * log.
 */
public record RuleSwitchedOff(Instant at, String rule, String cause) implements Note {
  @Override
  public String type() {
    return "rule.off";
  }

  @Override
  public Json.Obj leaf() {
    return Json.object().put("rule", rule);
  }

  @Override
  public Ocsf ocsf() {
    return Ocsf.of(Ocsf.Kind.DEVICE_CONFIG_STATE_CHANGE, 1, Severity.MEDIUM, at)
        .with("state_id", 1)
        .with("state", "Disabled")
        .with("status_detail", cause)
        .unmapped("rule", rule);
  }
}
