package io.waybillguard.agent.event;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/**
 * Somebody answered a notice.
 *
 * @param incident the incident's name
 * @param answer what was chosen
 * @param account whose session the notice was shown in
 * @param operator who is signed on at the desk, or "" when that is not known
 * @param how by what
 * @param place how sure it is that the answer came from the desk
 * @param after from the notice to the answer, ≥ 0
 */
public record NoticeAnswered(
    Instant at,
    String incident,
    Answer answer,
    String account,
    String operator,
    How how,
    Place place,
    Duration after)
    implements Note {

  /** What can be answered. OCSF has verdicts and states; each answer is the nearest of them. */
  public enum Answer {
    /** The company arranged it: verdict Benign, resolved. */
    EXPECTED(5, 4),
    /** Nobody here knows of it: verdict Suspicious, in progress. */
    UNKNOWN(4, 2),
    /** Not now: verdict Insufficient Data, new as before. */
    LATER(7, 1);

    private final int verdict;
    private final int status;

    Answer(int verdict, int status) {
      this.verdict = verdict;
      this.status = status;
    }

    /** The word in records. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** By what an answer was given. */
  public enum How {
    KEYBOARD,
    MOUSE,
    SCANNER,
    /** A button of the desktop's own notification. */
    NOTIFICATION;

    /** The word in records. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Who can have given it. */
  public enum Place {
    /** Whoever holds the scanner of this desk: it cannot be worked from elsewhere. */
    LOCAL,
    /** Somebody at the screen of this PC, which nobody is known to share. */
    CONSOLE,
    /**
     * Somebody at the screen of this PC, which a remote-control program shows elsewhere as well.
     */
    SHARED;

    /** The word in records. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Override
  public String type() {
    return "notice.answered";
  }

  @Override
  public BodyClass bodyClass() {
    return BodyClass.CRITICAL;
  }

  @Override
  public Json.Obj leaf() {
    return Json.object()
        .put("incident", incident)
        .put("answer", answer.word())
        .put("how", how.word())
        .put("place", place.word())
        .put("after_ms", after.toMillis());
  }

  @Override
  public Ocsf ocsf() {
    String who = operator.isEmpty() ? account : operator;
    Ocsf ocsf =
        NoticeShown.ofDesk(at, incident, "notice")
            .with("status_id", answer.status)
            .with("verdict_id", answer.verdict)
            .with("comment", answer.word())
            .lasting(after)
            .unmapped("answer", answer.word())
            .unmapped("how", how.word())
            .unmapped("place", place.word())
            .unmapped("account", account)
            .unmapped("operator", operator);
    return who.isEmpty() ? ocsf : ocsf.with("assignee", Json.object().put("name", who));
  }
}
