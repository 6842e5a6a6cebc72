package io.waybillguard.agent.event;

import java.time.Instant;
import java.util.Locale;

/**
 * From here on the rules go by another policy.
 *
 * @param from version of the one before; 0 for the desk's own settings
 * @param version of HQ's policy; 0 for the desk's own settings
 * @param fromSha256 hash of the document before, or ""
 * @param sha256 hash of the document, lower-case hex, or ""
 * @param title what people call it, or ""
 * @param cause why
 * @param detail what is wrong, or ""
 */
public record PolicyChanged(
    Instant at,
    long from,
    long version,
    String fromSha256,
    String sha256,
    String title,
    Cause cause,
    String detail)
    implements Note {

  /** Why a desk goes by another policy. */
  public enum Cause {
    /** HQ published it. */
    HQ,
    /** It was there at a start, and this log had not told of it. */
    FOUND,
    /** The one that was kept is gone, or is not as HQ signed it. */
    UNUSABLE;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Override
  public String type() {
    return "policy.change";
  }

  @Override
  public Json.Obj leaf() {
    return Json.object().put("from", from).put("version", version).putUnlessEmpty("policy", sha256);
  }

  @Override
  public Ocsf ocsf() {
    Severity severity = cause == Cause.UNUSABLE ? Severity.HIGH : Severity.INFORMATIONAL;
    return Ocsf.of(Ocsf.Kind.DEVICE_CONFIG_STATE_CHANGE, 1, severity, at)
        .with("state_id", version > 0 ? 2 : 1)
        .with("state", version > 0 ? "Enabled" : "Disabled")
        .with("status_detail", detail)
        .unmapped("from_version", from)
        .unmapped("version", version)
        .unmapped("from_sha256", fromSha256)
        .unmapped("sha256", sha256)
        .unmapped("title", title)
        .unmapped("cause", cause.word());
  }
}
