package io.waybillguard.agent.event;

import java.time.Instant;
import java.util.Locale;

/**
 * How far an update has got that HQ commanded. How it ended is told by the command's {@code
 * hq.result}, and by what the installer wrote ({@link AgentInstalled}).
 *
 * @param id of HQ's command
 * @param step how far
 * @param from the version that was here before
 * @param to the version that was ordered
 * @param sha256 of its package, lower-case hex
 */
public record AgentUpdate(Instant at, String id, Step step, String from, String to, String sha256)
    implements Note {
  /** How far it has got. */
  public enum Step {
    /** The package is here, is the one that was signed, and is about to be installed. */
    FETCHED,
    /** The new version runs; whether it is healthy is not known yet. */
    INSTALLED;

    /** As leaves and HQ spell it. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** The leaf's type of these. */
  public static final String TYPE = "agent.update";

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public Json.Obj leaf() {
    return Json.object()
        .put("id", id)
        .put("step", step.word())
        .put("from", from)
        .put("to", to)
        .put("sha256", sha256);
  }

  @Override
  public Ocsf ocsf() {
    return Ocsf.of(Ocsf.Kind.APPLICATION_LIFECYCLE, 8, Severity.INFORMATIONAL, at)
        .with("app", Ocsf.product(to))
        .with("status_detail", step.word())
        .unmapped("command_id", id)
        .unmapped("from", from)
        .unmapped("to", to)
        .unmapped("sha256", sha256);
  }
}
