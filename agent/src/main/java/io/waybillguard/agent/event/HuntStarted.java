package io.waybillguard.agent.event;

import java.time.Instant;
import java.util.List;

/**
 * This PC began to look for what HQ asked for, or went on after a new start.
 *
 * @param id of HQ's command, 32 hex digits
 * @param title what HQ calls it
 * @param looksFor the kinds of thing asked for, as in {@link HuntFinding#what}
 * @param resumed whether an earlier run of the agent had begun it
 */
public record HuntStarted(
    Instant at, String id, String title, List<String> looksFor, boolean resumed) implements Note {
  public HuntStarted {
    looksFor = List.copyOf(looksFor);
  }

  @Override
  public String type() {
    return "hunt.start";
  }

  @Override
  public Json.Obj leaf() {
    return Json.object().put("id", id);
  }

  @Override
  public Ocsf ocsf() {
    return Ocsf.of(Ocsf.Kind.SCAN_ACTIVITY, 1, Severity.INFORMATIONAL, at)
        .with("scan", scan(id, title))
        .unmapped("looks_for", looksFor)
        .unmapped("resumed", resumed);
  }

  /** OCSF {@code scan}: type 1, asked for by somebody. */
  static Json.Obj scan(String id, String title) {
    return Json.object().put("name", title).put("uid", id).put("type_id", 1);
  }
}
