package io.waybillguard.agent.event;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * HQ gave a command. Durable before anything of it is done.
 *
 * @param id 32 hex digits that HQ gave it; "" when what came is no command of HQ's
 * @param command {@code pull}, {@code hold}, …
 * @param verdict what was decided of it
 * @param detail why it is not run, or ""
 * @param args what it asks for, as it came
 * @param expires until when it may be run
 */
public record CommandReceived(
    Instant at,
    String id,
    String command,
    Verdict verdict,
    String detail,
    Json.Obj args,
    Instant expires)
    implements Note {

  /** What was decided of a command. */
  public enum Verdict {
    /** It is run. */
    TAKEN,
    /** It is no command that HQ signed for this desk, or asks for something that makes no sense. */
    REFUSED,
    /** Its time is over. */
    EXPIRED,
    /** This agent cannot do what it asks. */
    UNSUPPORTED;

    /** As leaves and HQ spell it. */
    public String word() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }

    /** The verdict that is spelled so; empty for a word of a newer agent. */
    public static Optional<Verdict> of(String word) {
      return List.of(values()).stream().filter(v -> v.word().equals(word)).findFirst();
    }
  }

  @Override
  public String type() {
    return "hq.cmd";
  }

  @Override
  public Json.Obj leaf() {
    return Json.object()
        .putUnlessEmpty("id", id)
        .putUnlessEmpty("cmd", command)
        .put("verdict", verdict.word())
        .put("expires", expires.toEpochMilli());
  }

  @Override
  public Ocsf ocsf() {
    Severity severity = verdict == Verdict.REFUSED ? Severity.MEDIUM : Severity.INFORMATIONAL;
    return Ocsf.of(Ocsf.Kind.EVENT_LOG_ACTIVITY, 99, severity, at)
        .with("activity_name", "Command")
        .with("log_name", "evidence")
        .with("status_detail", detail)
        .unmapped("command_id", id)
        .unmapped("command", command)
        .unmapped("verdict", verdict.word())
        .unmapped("args", args.keys().isEmpty() ? "" : args.toString())
        .unmapped("expires", expires.toEpochMilli());
  }
}
