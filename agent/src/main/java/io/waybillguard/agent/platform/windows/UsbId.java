package io.waybillguard.agent.platform.windows;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What an instance id says of a USB device. Form: "Standard USB identifiers" of Microsoft's driver
 * documentation: {@code USB\VID_vvvv&PID_pppp[&MI_zz]\instance}. Pure.
 *
 * @param vendor four lower-case hex digits
 * @param product four lower-case hex digits
 * @param function number of the function of a composite device, or -1 for a device itself
 * @param serial the device's own serial number, or "" when it has none
 */
record UsbId(String vendor, String product, int function, String serial) {
  private static final Pattern FORM =
      Pattern.compile(
          "USB\\\\VID_([0-9A-F]{4})&PID_([0-9A-F]{4})(?:&MI_([0-9A-F]{2}))?\\\\(.+)",
          Pattern.CASE_INSENSITIVE);

  static Optional<UsbId> of(String instanceId) {
    Matcher form = FORM.matcher(instanceId);
    if (!form.matches()) {
      return Optional.empty();
    }
    boolean isFunction = form.group(3) != null;
    return Optional.of(
        new UsbId(
            form.group(1).toLowerCase(Locale.ROOT),
            form.group(2).toLowerCase(Locale.ROOT),
            isFunction ? Integer.parseInt(form.group(3), 16) : -1,
            isFunction ? "" : serial(form.group(4))));
  }

  /**
   * An instance whose second character is {@code &} was made up from the port by the system, since
   * the device has no serial number: the same stick in another port has another. The documentation
   * says only that such ids are changed; the place of the {@code &} is forensic practice.
   */
  private static String serial(String instance) {
    return instance.length() > 1 && instance.charAt(1) == '&' ? "" : instance;
  }

  boolean isDevice() {
    return function < 0;
  }
}
