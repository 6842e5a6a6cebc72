package io.waybillguard.agent.event;

import java.time.Instant;

/**
 * A hold ends: these records are erased again when their time has come, unless another holds them.
 *
 * @param caseNo the case, as HQ names it
 * @param records the records that were held
 */
public record HoldReleased(Instant at, String caseNo, Span records) implements Note {
  @Override
  public String type() {
    return "log.release";
  }

  @Override
  public Json.Obj leaf() {
    return Json.object().put("case", caseNo).put("from", records.from()).put("to", records.to());
  }

  @Override
  public Ocsf ocsf() {
    return Ocsf.of(Ocsf.Kind.EVENT_LOG_ACTIVITY, 99, Severity.INFORMATIONAL, at)
        .with("activity_name", "Release")
        .with("log_name", "evidence")
        .unmapped("case", caseNo)
        .unmapped("from", records.from())
        .unmapped("to", records.to());
  }
}
