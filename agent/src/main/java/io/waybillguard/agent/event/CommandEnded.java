package io.waybillguard.agent.event;

import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;

/**
 * What became of a command of HQ's.
 *
 * @param id 32 hex digits that HQ gave it
 * @param command {@code pull}, {@code hold}, …
 * @param outcome how it ended
 * @param detail why it failed, or ""
 * @param counts what was done, in numbers: {@code erased}, {@code sent}, …
 */
public record CommandEnded(
    Instant at, String id, String command, Outcome outcome, String detail, Map<String, Long> counts)
    implements Note {

  /** How a command ended. */
  public enum Outcome {
    /** What it asked for is done. */
    DONE,
    /** It could not be done; {@code detail} says why. */
    FAILED,
    /** It was done, did not hold, and all is as it was before; {@code detail} says why. */
    ROLLED_BACK,
    /** The agent ended between taking it and doing it. It is not run again. */
    INTERRUPTED;

    /** As leaves and HQ spell it. */
    public String word() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  public CommandEnded {
    counts = Map.copyOf(counts);
  }

  @Override
  public String type() {
    return "hq.result";
  }

  @Override
  public Json.Obj leaf() {
    Json.Obj leaf = Json.object().put("id", id).put("cmd", command).put("outcome", outcome.word());
    new TreeMap<>(counts).forEach(leaf::put);
    return leaf;
  }

  @Override
  public Ocsf ocsf() {
    Severity severity = outcome == Outcome.DONE ? Severity.INFORMATIONAL : Severity.LOW;
    Ocsf ocsf =
        Ocsf.of(Ocsf.Kind.EVENT_LOG_ACTIVITY, 99, severity, at)
            .with("activity_name", "Command result")
            .with("log_name", "evidence")
            .with("status_detail", detail)
            .unmapped("command_id", id)
            .unmapped("command", command)
            .unmapped("outcome", outcome.word());
    new TreeMap<>(counts).forEach(ocsf::unmapped);
    return ocsf;
  }
}
