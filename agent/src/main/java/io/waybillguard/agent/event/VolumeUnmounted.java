package io.waybillguard.agent.event;

import java.time.Instant;

/** A volume on a removable medium is no longer reachable. */
public record VolumeUnmounted(Instant at, Volume volume) implements Observation {
  @Override
  public String type() {
    return "volume.unmount";
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
        Ocsf.of(Ocsf.Kind.FILE_SYSTEM_ACTIVITY, 13, Severity.INFORMATIONAL, at)
            .with("file", volume.folder());
    return volume.unmappedInto(ocsf);
  }

  static VolumeUnmounted recalled(Recalled event) {
    return new VolumeUnmounted(event.at(), Volume.recalled(event));
  }
}
