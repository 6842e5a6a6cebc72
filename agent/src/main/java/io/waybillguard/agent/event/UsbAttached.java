package io.waybillguard.agent.event;

import java.time.Instant;

/**
 * A USB device is in a port.
 *
 * @param presentAtStart true when it was in already when the sensor began to look, so that its time
 *     of arrival is not known
 */
public record UsbAttached(Instant at, UsbDevice device, boolean presentAtStart)
    implements Observation {
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
    return device.unmappedInto(ocsf);
  }

  static UsbAttached recalled(Recalled event) throws JsonException {
    return new UsbAttached(
        event.at(), UsbDevice.recalled(event), event.unmapped().flag("present_at_start"));
  }
}
