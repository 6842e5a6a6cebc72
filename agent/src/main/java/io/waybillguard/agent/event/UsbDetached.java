package io.waybillguard.agent.event;

import java.time.Duration;
import java.time.Instant;

/**
 * A USB device left its port.
 *
 * @param device as it was when it arrived: a removed device can no longer be asked
 * @param connected how long it was in, counted from when the sensor first saw it
 */
public record UsbDetached(Instant at, UsbDevice device, Duration connected) implements Observation {
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
        Ocsf.of(Ocsf.Kind.PERIPHERAL_ACTIVITY, 2, Severity.INFORMATIONAL, at)
            .with("peripheral_device", device.peripheral())
            .lasting(connected);
    return device.unmappedInto(ocsf);
  }

  static UsbDetached recalled(Recalled event) throws JsonException {
    return new UsbDetached(event.at(), UsbDevice.recalled(event), event.duration("duration"));
  }
}
