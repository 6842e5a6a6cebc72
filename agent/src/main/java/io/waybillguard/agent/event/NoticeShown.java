package io.waybillguard.agent.event;

import java.time.Duration;
import java.time.Instant;

/**
 * The person at the desk was shown that something happens.
 *
 * @param incident the incident's name
 * @param title the first line that was to be read
 * @param steps how many steps of the incident it told of, ≥ 1
 * @param way how it was shown
 * @param account whose session it was shown in
 * @param after from the incident's record to the screen, ≥ 0
 */
public record NoticeShown(
    Instant at, String incident, String title, long steps, Way way, String account, Duration after)
    implements Note {

  /** How a notice can be shown. */
  public enum Way {
    /** A window of ours. */
    WINDOW,
    /** The desktop's own notification. */
    NOTIFICATION,
    /** No more than a count at the edge of the screen: it is a quiet hour. */
    FOLDED;

    /** The word in records. */
    public String word() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  @Override
  public String type() {
    return "notice.shown";
  }

  @Override
  public BodyClass bodyClass() {
    return BodyClass.CRITICAL;
  }

  @Override
  public Json.Obj leaf() {
    return Json.object()
        .put("incident", incident)
        .put("way", way.word())
        .put("after_ms", after.toMillis());
  }

  @Override
  public Ocsf ocsf() {
    return ofDesk(at, incident, title)
        .with("status_id", 1) // New
        .with("count", steps)
        .lasting(after)
        .unmapped("way", way.word())
        .unmapped("account", account);
  }

  /**
   * What became of an incident at the desk: a Detection Finding (2004) that is updated, named by
   * the incident.
   */
  static Ocsf ofDesk(Instant at, String incident, String title) {
    return Ocsf.of(Ocsf.Kind.DETECTION_FINDING, 2, Severity.INFORMATIONAL, at)
        .with("finding_info", Json.object().put("uid", incident).put("title", title))
        .unmapped("incident", incident);
  }
}
