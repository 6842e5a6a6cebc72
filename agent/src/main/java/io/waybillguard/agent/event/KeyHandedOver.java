package io.waybillguard.agent.event;

import java.time.Instant;

/**
 * The log's signing key ends here, and names the next one.
 *
 * @param epoch the epoch that begins after this record, from 1
 * @param next vkey of that epoch
 */
public record KeyHandedOver(Instant at, long epoch, String next) implements Note {
  @Override
  public String type() {
    return "log.key";
  }

  @Override
  public Json.Obj leaf() {
    return Json.object().put("epoch", epoch).put("next", next);
  }

  @Override
  public Ocsf ocsf() {
    return Ocsf.of(Ocsf.Kind.EVENT_LOG_ACTIVITY, 5, Severity.INFORMATIONAL, at)
        .with("log_name", "evidence")
        .with("status_detail", "signing key rotated")
        .unmapped("epoch", epoch)
        .unmapped("next_key", next);
  }
}
