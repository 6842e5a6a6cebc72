package io.waybillguard.agent.event;

import java.time.Duration;
import java.time.Instant;

/**
 * Nobody answered a notice in its time. It may be answered later all the same, which is a record of
 * its own.
 *
 * @param incident the incident's name
 * @param account whose session the notice was shown in
 * @param after how long it was shown, ≥ 0
 */
public record NoticeUnanswered(Instant at, String incident, String account, Duration after)
    implements Note {
  @Override
  public String type() {
    return "notice.unanswered";
  }

  @Override
  public BodyClass bodyClass() {
    return BodyClass.CRITICAL;
  }

  @Override
  public Json.Obj leaf() {
    return Json.object().put("incident", incident).put("after_ms", after.toMillis());
  }

  @Override
  public Ocsf ocsf() {
    return NoticeShown.ofDesk(at, incident, "notice")
        .with("status_id", 1) // New
        .lasting(after)
        .unmapped("account", account);
  }
}
