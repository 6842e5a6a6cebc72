package io.waybillguard.agent.event;

import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * Somebody came to the desk, left it, locked or unlocked it; told once at the start as well.
 *
 * <p>The state alone goes into the leaf, and so to HQ; which account it is stays on this PC until
 * HQ asks for it.
 *
 * @param at when this was noticed
 * @param presence from now on
 * @param before until now; {@link Presence#UNSEEN} at the first time
 */
public record PresenceChanged(Instant at, Presence presence, Presence before)
    implements Observation {
  /** OCSF {@code state_id} of class 5019: none of the schema's own. */
  private static final int OTHER = 99;

  @Override
  public String type() {
    return "presence.change";
  }

  @Override
  public Urgency urgency() {
    return Urgency.ROUTINE;
  }

  @Override
  public BodyClass bodyClass() {
    return BodyClass.PERSONAL;
  }

  @Override
  public Json.Obj leaf() {
    return Json.object().put("presence", presence.state().word());
  }

  @Override
  public Ocsf ocsf() {
    Ocsf ocsf =
        Ocsf.of(Ocsf.Kind.DEVICE_CONFIG_STATE_CHANGE, 1, Severity.INFORMATIONAL, at)
            .with("state_id", OTHER)
            .with("state", presence.state().word())
            .with("status_detail", presence.cannotKnow())
            .unmapped("before", before.state().word())
            .unmapped("lock", presence.lock().word())
            .unmapped("console_user", presence.user());
    presence.lastInput().ifPresent(last -> ocsf.unmapped("last_input", last.toEpochMilli()));
    return ocsf;
  }

  /** What {@link #ocsf} wrote; of how it was before, no more than the state. */
  static PresenceChanged recalled(Recalled event) {
    Recalled more = event.unmapped();
    long last = more.number("last_input");
    return new PresenceChanged(
        event.at(),
        new Presence(
            Presence.State.valueOf(event.text("state").toUpperCase(Locale.ROOT)),
            more.text("console_user"),
            last == 0 ? Optional.empty() : Optional.of(Instant.ofEpochMilli(last)),
            Presence.Lock.valueOf(more.text("lock").toUpperCase(Locale.ROOT)),
            event.text("status_detail")),
        new Presence(
            Presence.State.valueOf(more.text("before").toUpperCase(Locale.ROOT)),
            "",
            Optional.empty(),
            Presence.Lock.UNKNOWN,
            ""));
  }
}
