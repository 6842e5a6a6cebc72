package io.waybillguard.agent.event;

import java.time.Instant;

/**
 * A volume on a removable medium is no longer reachable.
 *
 * @param how released, pulled, or unclear
 */
public record VolumeUnmounted(Instant at, Volume volume, Removal how) implements Observation {
  /** A volume that was unmounted. */
  public VolumeUnmounted(Instant at, Volume volume) {
    this(at, volume, Removal.RELEASED);
  }

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
            .with("file", volume.folder())
            .unmapped("removal", how.word());
    return volume.unmappedInto(ocsf);
  }

  static VolumeUnmounted recalled(Recalled event) {
    return new VolumeUnmounted(
        event.at(),
        Volume.recalled(event),
        Removal.of(event.unmapped().text("removal"), Removal.RELEASED));
  }
}
