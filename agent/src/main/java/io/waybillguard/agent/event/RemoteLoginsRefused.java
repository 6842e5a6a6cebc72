package io.waybillguard.agent.event;

import java.time.Instant;

/**
 * Somebody was not let in from elsewhere: a wrong password, mostly. The names that were tried are
 * not kept; people type passwords there.
 *
 * @param at the last time
 * @param from the first of those summed up here
 * @param tool id as in {@code config/remote-tools.yaml}
 * @param toolName the same for people
 * @param peer where from, or ""
 * @param times how often, &gt; 0
 */
public record RemoteLoginsRefused(
    Instant at, Instant from, String tool, String toolName, String peer, long times)
    implements Observation {
  @Override
  public String type() {
    return "session.refused";
  }

  @Override
  public Urgency urgency() {
    return Urgency.ROUTINE;
  }

  @Override
  public BodyClass bodyClass() {
    return BodyClass.CRITICAL;
  }

  @Override
  public Json.Obj leaf() {
    return Json.object().put("times", times);
  }

  @Override
  public Ocsf ocsf() {
    return Ocsf.of(Ocsf.Kind.AUTHENTICATION, 1, Severity.LOW, at)
        .with("status_id", 2) // Failure
        .with("start_time", from.toEpochMilli())
        .with("end_time", at.toEpochMilli())
        .with("count", times)
        .with("user", Json.object().put("name", "unknown"))
        .with("service", Json.object().put("name", toolName).put("uid", tool))
        .with("is_remote", true)
        .with("logon_type_id", RemoteSession.REMOTE_INTERACTIVE)
        .with("src_endpoint", RemoteSession.endpoint(peer));
  }

  static RemoteLoginsRefused recalled(Recalled event) {
    return new RemoteLoginsRefused(
        event.at(),
        event.moment("start_time"),
        event.text("service.uid"),
        event.text("service.name"),
        RemoteSession.peer(event),
        event.number("count"));
  }
}
