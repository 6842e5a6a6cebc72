package io.waybillguard.agent.event;

/**
 * OCSF {@code peripheral_device.type_id}, found from the USB interface classes (USB-IF "Defined
 * Class Codes").
 */
enum PeripheralType {
  EXTERNAL_STORAGE(1, "External Storage"),
  KEYBOARD(2, "Keyboard"),
  MOUSE(3, "Mouse"),
  PRINTER(4, "Printer"),
  WEBCAM(7, "Webcam"),
  NETWORK(99, "Network"),
  HUB(99, "Hub"),
  OTHER(99, "Other");

  private final int id;
  private final String caption;

  PeripheralType(int id, String caption) {
    this.id = id;
    this.caption = caption;
  }

  int id() {
    return id;
  }

  String caption() {
    return caption;
  }

  /**
   * The type of a device. A composite device is named by its most dangerous interface: storage
   * before keyboard before network, since a stick that is also a keyboard is first of all a way to
   * carry programs in.
   */
  static PeripheralType of(UsbDevice device) {
    if (device.hasClass("08")) {
      return EXTERNAL_STORAGE;
    }
    if (device.interfaces().stream().anyMatch(i -> i.startsWith("03/") && i.endsWith("/01"))) {
      return KEYBOARD; // HID protocol 1: keyboard (HID 1.11 section 4.3)
    }
    if (device.hasClass("e0")
        || device.interfaces().stream()
            .anyMatch(i -> i.startsWith("02/06") || i.startsWith("02/0d"))) {
      return NETWORK; // RNDIS under wireless class e0; CDC Ethernet 02/06 and NCM 02/0d
    }
    if (device.interfaces().stream().anyMatch(i -> i.startsWith("03/") && i.endsWith("/02"))) {
      return MOUSE;
    }
    if (device.hasClass("07")) {
      return PRINTER;
    }
    if (device.hasClass("0e")) {
      return WEBCAM;
    }
    return device.hasClass("09") ? HUB : OTHER;
  }
}
