package io.waybillguard.agent.event;

import java.time.Instant;

/**
 * Somebody logged in from elsewhere.
 *
 * @param presentAtStart whether it was there when watching began, so that its beginning was not
 *     seen
 */
public record RemoteSessionStarted(Instant at, RemoteSession session, boolean presentAtStart)
    implements Observation {
  @Override
  public String type() {
    return "session.start";
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
    return session.ocsf(1, at).unmapped("present_at_start", presentAtStart);
  }

  static RemoteSessionStarted recalled(Recalled event) throws JsonException {
    return new RemoteSessionStarted(
        event.at(), RemoteSession.recalled(event), event.unmapped().flag("present_at_start"));
  }
}
