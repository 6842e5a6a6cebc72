package io.waybillguard.agent.detect;

import io.waybillguard.agent.event.Observation;
import io.waybillguard.agent.event.Presence;
import io.waybillguard.agent.event.PresenceChanged;
import io.waybillguard.agent.event.SensorBlind;
import io.waybillguard.agent.event.Severity;

/**
 * Who was at the desk at the moment of a record: a fold over the observations in the order of the
 * log. A sensor of presence that is blind leaves it unknown.
 */
final class Attendance {
  private Presence presence = Presence.UNSEEN;

  /** Enters an observation; most are not about presence. */
  void enter(Observation seen) {
    if (seen instanceof PresenceChanged change) {
      presence = change.presence();
    } else if (seen instanceof SensorBlind blind && blind.sensor().equals("presence")) {
      presence = Presence.UNSEEN;
    }
  }

  /** Who is there now. */
  Presence.State state() {
    return presence.state();
  }

  /** One level higher at a desk that nobody works at; not knowing raises nothing. */
  Severity weigh(Severity severity) {
    if (!state().isUnattended()) {
      return severity;
    }
    return switch (severity) {
      case INFORMATIONAL -> Severity.LOW;
      case LOW -> Severity.MEDIUM;
      case MEDIUM -> Severity.HIGH;
      case HIGH, CRITICAL -> Severity.CRITICAL;
    };
  }
}
