package io.waybillguard.agent.event;

import java.time.Instant;

/**
 * The disk took nothing more, and the reserve was opened to write this down. What cannot be written
 * from here on waits in memory; what memory cannot take is counted, and the count follows as a
 * {@link RecordsLost}.
 *
 * @param cause what the disk said: {@code disk full}, {@code disk error}
 * @param waiting how many records waited in memory
 * @param reserve bytes that the reserve gave back; 0 when it was spent already
 */
public record StoreFull(Instant at, String cause, int waiting, long reserve) implements Note {
  @Override
  public String type() {
    return "store.full";
  }

  @Override
  public Json.Obj leaf() {
    return Json.object().put("waiting", waiting).put("reserve", reserve);
  }

  @Override
  public Ocsf ocsf() {
    return Ocsf.of(Ocsf.Kind.EVENT_LOG_ACTIVITY, 99, Severity.HIGH, at)
        .with("activity_name", "Full")
        .with("log_name", "evidence")
        .with("status_detail", cause)
        .unmapped("waiting", waiting)
        .unmapped("reserve_bytes", reserve);
  }
}
