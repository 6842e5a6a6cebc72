package io.waybillguard.agent.event;

import java.time.Instant;

/**
 * Nobody at the desk could be shown anything.
 *
 * @param incident the incident's name
 * @param why what stood in the way, and what to do
 */
public record NoticeImpossible(Instant at, String incident, String why) implements Note {
  @Override
  public String type() {
    return "notice.impossible";
  }

  @Override
  public Json.Obj leaf() {
    return Json.object().put("incident", incident);
  }

  @Override
  public Ocsf ocsf() {
    return NoticeShown.ofDesk(at, incident, "notice")
        .with("status_id", 1) // New
        .with("status_detail", why);
  }
}
