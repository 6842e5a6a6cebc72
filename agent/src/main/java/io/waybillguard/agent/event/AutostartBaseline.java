package io.waybillguard.agent.event;

import java.time.Instant;

/**
 * What starts by itself was taken as it is, to be compared with from now on.
 *
 * @param why it was taken
 * @param entries how many
 * @param digest SHA-256 over all of them in canonical form, lower-case hex
 * @param by the account that asked for it, or ""
 * @param detail what was wrong with the one before, or ""
 */
public record AutostartBaseline(
    Instant at, Why why, long entries, String digest, String by, String detail)
    implements Observation {

  /** Why a baseline was taken. */
  public enum Why {
    /** There was none: the first day. */
    FIRST("first"),
    /** The one before could not be read. */
    DAMAGED("damaged"),
    /** Somebody put another in its place: by the command {@code sweep --baseline}, or by hand. */
    REPLACED("replaced");

    private final String word;

    Why(String word) {
      this.word = word;
    }
  }

  @Override
  public String type() {
    return "autostart.baseline";
  }

  @Override
  public Urgency urgency() {
    return Urgency.CRITICAL;
  }

  @Override
  public BodyClass bodyClass() {
    return BodyClass.CRITICAL;
  }

  @Override
  public Json.Obj leaf() {
    return Json.object().put("count", entries);
  }

  @Override
  public Ocsf ocsf() {
    return Ocsf.of(
            Ocsf.Kind.DEVICE_CONFIG_STATE_CHANGE,
            1,
            why == Why.FIRST ? Severity.INFORMATIONAL : Severity.LOW,
            at)
        .with("count", entries)
        .with("status_detail", detail)
        .unmapped("why", why.word)
        .unmapped("digest_sha256", digest)
        .unmapped("asked_by", by);
  }

  /** Read back from its OCSF event. */
  static AutostartBaseline recalled(Recalled event) {
    Recalled unmapped = event.unmapped();
    return new AutostartBaseline(
        event.at(),
        Why.valueOf(unmapped.text("why").toUpperCase(java.util.Locale.ROOT)),
        event.number("count"),
        unmapped.text("digest_sha256"),
        unmapped.text("asked_by"),
        event.text("status_detail"));
  }
}
