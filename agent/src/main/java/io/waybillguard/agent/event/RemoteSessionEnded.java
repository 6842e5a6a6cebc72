package io.waybillguard.agent.event;

import java.time.Duration;
import java.time.Instant;

/**
 * A remote session is over.
 *
 * @param session with everything that was learned of it while it lasted
 * @param lasted from its beginning, as far as that is known
 * @param whileAway whether it ended while nobody watched; {@code at} is then when that was found,
 *     and {@code lasted} the most it can have been
 */
public record RemoteSessionEnded(
    Instant at, RemoteSession session, Duration lasted, boolean whileAway) implements Observation {
  @Override
  public String type() {
    return "session.end";
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
  public Ocsf ocsf() {
    return session.ocsf(2, at).lasting(lasted).unmapped("ended_while_away", whileAway);
  }

  static RemoteSessionEnded recalled(Recalled event) throws JsonException {
    return new RemoteSessionEnded(
        event.at(),
        RemoteSession.recalled(event),
        event.duration("duration"),
        event.unmapped().flag("ended_while_away"));
  }
}
