package io.waybillguard.agent.detect;

import io.waybillguard.agent.event.Severity;
import io.waybillguard.agent.event.UsbDevice;
import io.waybillguard.agent.event.UsbKind;
import java.util.List;

/**
 * A device that can type was plugged in, and the company has not named it. A waybill scanner is a
 * keyboard too, so a new one alone weighs little; a stick that also types weighs more, since no
 * stick needs to.
 */
public final class UnknownKeyboard extends UnknownUsbDevice {
  /**
   * @param known passports of the company's own devices
   */
  public UnknownKeyboard(List<String> known) {
    super(known);
  }

  @Override
  public String rule() {
    return "unknown-keyboard";
  }

  @Override
  boolean concerns(UsbDevice device) {
    return device.is(UsbKind.KEYBOARD);
  }

  @Override
  Severity severity(UsbDevice device) {
    return device.is(UsbKind.STORAGE) ? Severity.HIGH : Severity.LOW;
  }
}
