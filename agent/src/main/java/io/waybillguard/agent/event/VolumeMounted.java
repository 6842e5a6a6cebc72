package io.waybillguard.agent.event;

import java.time.Instant;

/** A volume on a removable medium became reachable. */
public record VolumeMounted(Instant at, Volume volume) implements Observation {
  @Override
  public String type() {
    return "volume.mount";
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
    Ocsf ocsf =
        Ocsf.of(Ocsf.Kind.FILE_SYSTEM_ACTIVITY, 12, Severity.INFORMATIONAL, at)
            .with("file", volume.folder());
    return volume.unmappedInto(ocsf);
  }

  static VolumeMounted recalled(Recalled event) {
    return new VolumeMounted(event.at(), Volume.recalled(event));
  }
}
