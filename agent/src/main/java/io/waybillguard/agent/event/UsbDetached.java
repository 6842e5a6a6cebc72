package io.waybillguard.agent.event;

import java.time.Duration;
import java.time.Instant;

/**
 * A USB device left its port.
 *
 * @param device as it was when it arrived: a removed device can no longer be asked
 * @param connected how long it was in, counted from when the sensor first saw it
 * @param how whether it was given up before, or pulled
 * @param writable whether it was pulled with a volume that could be written to: what was written
 *     last may never have reached it
 */
public record UsbDetached(
    Instant at, UsbDevice device, Duration connected, Removal how, boolean writable)
    implements Observation {
  /** A device of which nothing had been mounted. */
  public UsbDetached(Instant at, UsbDevice device, Duration connected) {
    this(at, device, connected, Removal.UNUSED, false);
  }

  /** OCSF activities of Peripheral Activity. */
  private static final int DISCONNECT = 2;

  private static final int EJECT = 5;

  @Override
  public String type() {
    return "usb.detach";
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
        Ocsf.of(
                Ocsf.Kind.PERIPHERAL_ACTIVITY,
                how.safe() ? EJECT : DISCONNECT,
                Severity.INFORMATIONAL,
                at)
            .with("peripheral_device", device.peripheral())
            .lasting(connected)
            .unmapped("removal", how.word());
    if (how == Removal.PULLED || how == Removal.UNCLEAR) {
      ocsf.unmapped("writes_pending", writable ? "unknown" : "none");
    }
    return device.unmappedInto(ocsf);
  }

  static UsbDetached recalled(Recalled event) throws JsonException {
    return new UsbDetached(
        event.at(),
        UsbDevice.recalled(event),
        event.duration("duration"),
        Removal.of(event.unmapped().text("removal"), Removal.UNUSED),
        event.unmapped().text("writes_pending").equals("unknown"));
  }
}
