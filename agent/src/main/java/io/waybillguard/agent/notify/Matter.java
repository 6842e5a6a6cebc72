package io.waybillguard.agent.notify;

import io.waybillguard.agent.event.CrimeStep;
import io.waybillguard.agent.event.IncidentChanged;
import io.waybillguard.agent.event.RemoteSession;
import io.waybillguard.agent.event.Severity;
import java.time.Instant;
import java.util.Optional;

/**
 * What a notice is about: an incident as of its newest step.
 *
 * @param incident all of it
 * @param login the remote login that its newest step is about
 */
record Matter(IncidentChanged incident, Optional<RemoteSession> login) {

  String uid() {
    return incident.uid();
  }

  Instant at() {
    return incident.at();
  }

  Severity severity() {
    return incident.severity();
  }

  /** How many steps there are, without remarks. */
  long steps() {
    return incident.steps().stream()
            .filter(step -> CrimeStep.of(step.rule()) != CrimeStep.REMARK)
            .count()
        + incident.left();
  }

  /** Whether what came last is a remark. */
  boolean isRemark() {
    return CrimeStep.of(incident.last().rule()) == CrimeStep.REMARK;
  }

  /** The newest step that is more than a remark. */
  IncidentChanged.Step newest() {
    return newest(incident);
  }

  static IncidentChanged.Step newest(IncidentChanged incident) {
    IncidentChanged.Step newest = incident.last();
    for (IncidentChanged.Step step : incident.steps()) {
      if (CrimeStep.of(step.rule()) != CrimeStep.REMARK) {
        newest = step;
      }
    }
    return newest;
  }
}
