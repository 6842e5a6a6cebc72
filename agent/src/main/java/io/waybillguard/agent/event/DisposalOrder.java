package io.waybillguard.agent.event;

import java.util.Locale;

/**
 * Who wants something done about a thing, or undone.
 *
 * @param disposal names what is done, 32 hex digits: the same when it is done and when it is undone
 * @param id names this order, 32 hex digits: that of HQ's command where it is one
 * @param what is to be done, or undone
 * @param undo whether it is to be undone
 * @param by whose word it is
 * @param who the account, where it was said at the desk; else ""
 * @param incident the incident that it belongs to, or ""
 */
public record DisposalOrder(
    String disposal, String id, Disposal what, boolean undo, By by, String who, String incident) {

  /** Whose word it is. */
  public enum By {
    /** A command that HQ signed. */
    HQ,
    /** {@code disposal.automatic} of this desk's settings. */
    POLICY,
    /** This PC's administrator. */
    DESK;

    /** As records spell it. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** What leaves may say of it. */
  Json.Obj leaf() {
    return Json.object()
        .put("id", disposal)
        .put("order", id)
        .put("kind", what.kind().word())
        .put("undo", undo);
  }

  /**
   * OCSF Remediation Activity; its activities are tactics of MITRE D3FEND: to isolate, to evict, to
   * restore.
   */
  Ocsf ocsf(Severity severity, java.time.Instant at) {
    int activity = undo ? 3 : what.kind() == Disposal.Kind.END_SESSION ? 2 : 1;
    return Ocsf.of(Ocsf.Kind.REMEDIATION_ACTIVITY, activity, severity, at)
        .with("command_uid", id)
        .with("remediation", Json.object().put("desc", what.kind().word()))
        .unmapped("disposal", disposal)
        .unmapped("order", id)
        .unmapped("what", what.json())
        .unmapped("target", what.target())
        .unmapped("undo", undo)
        .unmapped("by", by.word())
        .unmapped("who", who)
        .unmapped("incident", incident);
  }
}
