package io.waybillguard.agent.event;

import java.time.Instant;
import java.util.Optional;

/**
 * A USB device is in a port, or was in one while nobody watched.
 *
 * @param presentAtStart true when it was in already when the sensor began to look, so that its time
 *     of arrival is not known
 * @param came when it came while nobody watched, by the system's own word; empty for one that was
 *     seen to come, and where the system does not tell
 */
public record UsbAttached(
    Instant at, UsbDevice device, boolean presentAtStart, Optional<Instant> came)
    implements Observation {
  /** One that was seen, or of whose coming nothing is known. */
  public UsbAttached(Instant at, UsbDevice device, boolean presentAtStart) {
    this(at, device, presentAtStart, Optional.empty());
  }

  @Override
  public String type() {
    return "usb.attach";
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
        Ocsf.of(Ocsf.Kind.PERIPHERAL_ACTIVITY, 1, Severity.INFORMATIONAL, at)
            .with("peripheral_device", device.peripheral())
            .unmapped("present_at_start", presentAtStart);
    came.ifPresent(when -> ocsf.unmapped("came", when.toEpochMilli()));
    return device.unmappedInto(ocsf);
  }

  static UsbAttached recalled(Recalled event) throws JsonException {
    long came = event.unmapped().number("came");
    return new UsbAttached(
        event.at(),
        UsbDevice.recalled(event),
        event.unmapped().flag("present_at_start"),
        came == 0 ? Optional.empty() : Optional.of(Instant.ofEpochMilli(came)));
  }
}
