package io.waybillguard.agent.detect;

import io.waybillguard.agent.event.Severity;
import io.waybillguard.agent.event.UsbDevice;
import io.waybillguard.agent.event.UsbKind;
import java.util.List;

/**
 * A stick that the company has not named was plugged in. Alone it weighs little: staff carry sticks
 * and phones. It is where the crime begins, and what later steps are joined to.
 */
public final class UnknownUsbStorage extends UnknownUsbDevice {
  /**
   * @param known passports of the company's own devices
   */
  public UnknownUsbStorage(List<String> known) {
    super(known);
  }

  @Override
  public String rule() {
    return "unknown-usb-storage";
  }

  @Override
  boolean concerns(UsbDevice device) {
    return device.is(UsbKind.STORAGE);
  }

  @Override
  Severity severity(UsbDevice device) {
    return Severity.LOW;
  }
}
