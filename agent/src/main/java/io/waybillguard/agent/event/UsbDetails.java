package io.waybillguard.agent.event;

import java.util.List;

/**
 * What is known of a USB device beyond who it says it is.
 *
 * @param controller the device of the machine that the bus hangs on, such as {@code 0000:00:14.0},
 *     or ""
 * @param hubs the hubs between the machine and the device, the nearest to the machine first, such
 *     as {@code 1-2 05e3:0608}
 * @param speed in Mbit/s, such as {@code 480}, or ""
 * @param fixed whether the machine's maker says that it is built in
 * @param authorised false when the system was told not to use it
 * @param interfaceNames the strings that the device gives to its interfaces
 * @param otherInterfaces class, subclass and protocol of interfaces that it has only in other
 *     configurations or alternate settings than the active ones
 * @param inputs what its HID interfaces became
 * @param malformed what is wrong with its descriptors and strings
 * @param repeatedSerial whether another device of the same model with the same serial number was in
 *     at the same time
 */
public record UsbDetails(
    String controller,
    List<String> hubs,
    String speed,
    boolean fixed,
    boolean authorised,
    List<String> interfaceNames,
    List<String> otherInterfaces,
    List<Input> inputs,
    List<String> malformed,
    boolean repeatedSerial) {
  /**
   * An input device.
   *
   * @param name as the system calls it
   * @param types whether it can send letters
   * @param points whether it moves a pointer
   */
  public record Input(String name, boolean types, boolean points) {
    /** What {@link #text} wrote. */
    static Input of(String text) {
      for (String can : List.of("types, points", "types", "points")) {
        String end = " (" + can + ")";
        if (text.endsWith(end)) {
          String name = text.substring(0, text.length() - end.length());
          return new Input(name, can.startsWith("types"), can.endsWith("points"));
        }
      }
      return new Input(text, false, false);
    }

    String text() {
      String can = types && points ? "types, points" : types ? "types" : points ? "points" : "";
      return can.isEmpty() ? name : name + " (" + can + ")";
    }
  }

  /** Nothing is known. */
  public static final UsbDetails UNKNOWN =
      new UsbDetails(
          "", List.of(), "", false, true, List.of(), List.of(), List.of(), List.of(), false);

  public UsbDetails {
    hubs = List.copyOf(hubs);
    interfaceNames = List.copyOf(interfaceNames);
    otherInterfaces = List.copyOf(otherInterfaces);
    inputs = List.copyOf(inputs);
    malformed = List.copyOf(malformed);
  }

  Ocsf unmappedInto(Ocsf ocsf) {
    ocsf.unmapped("usb_controller", controller).unmapped("usb_speed", speed);
    list(ocsf, "usb_hubs", hubs);
    list(ocsf, "usb_interface_names", interfaceNames);
    list(ocsf, "usb_other_interfaces", otherInterfaces);
    list(ocsf, "usb_inputs", inputs.stream().map(Input::text).toList());
    list(ocsf, "malformed", malformed);
    if (fixed) {
      ocsf.unmapped("usb_built_in", true);
    }
    if (!authorised) {
      ocsf.unmapped("usb_unauthorised", true);
    }
    return ocsf;
  }

  /** What {@link #unmappedInto} wrote. */
  static UsbDetails recalled(Recalled unmapped) throws JsonException {
    return new UsbDetails(
        unmapped.text("usb_controller"),
        unmapped.texts("usb_hubs"),
        unmapped.text("usb_speed"),
        unmapped.flag("usb_built_in"),
        !unmapped.flag("usb_unauthorised"),
        unmapped.texts("usb_interface_names"),
        unmapped.texts("usb_other_interfaces"),
        unmapped.texts("usb_inputs").stream().map(Input::of).toList(),
        unmapped.texts("malformed"),
        unmapped.text("usb_serial_kind").equals(UsbSerial.REPEATED.word()));
  }

  private static void list(Ocsf ocsf, String key, List<String> values) {
    if (!values.isEmpty()) {
      ocsf.unmapped(key, values);
    }
  }
}
