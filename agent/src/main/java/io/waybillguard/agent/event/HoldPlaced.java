package io.waybillguard.agent.event;

import java.time.Instant;

/**
 * Records are held for a case: nothing of them is erased until the hold is released.
 *
 * @param caseNo the case, as HQ names it
 * @param records which records
 */
public record HoldPlaced(Instant at, String caseNo, Span records) implements Note {
  @Override
  public String type() {
    return "log.hold";
  }

  @Override
  public Json.Obj leaf() {
    return Json.object().put("case", caseNo).put("from", records.from()).put("to", records.to());
  }

  @Override
  public Ocsf ocsf() {
    return Ocsf.of(Ocsf.Kind.EVENT_LOG_ACTIVITY, 99, Severity.INFORMATIONAL, at)
        .with("activity_name", "Hold")
        .with("log_name", "evidence")
        .unmapped("case", caseNo)
        .unmapped("from", records.from())
        .unmapped("to", records.to());
  }
}
