package io.waybillguard.agent.event;

import java.util.List;
import java.util.Map;
import java.util.Set;

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
  PHONE(99, "Phone"),
  MEDIA(99, "Phone or camera"),
  BLUETOOTH(99, "Bluetooth"),
  SMART_CARD(99, "Smart card reader"),
  AUDIO(99, "Audio"),
  SERIAL(99, "Serial"),
  HUB(99, "Hub"),
  OTHER(99, "Other");

  private static final List<Map.Entry<UsbKind, PeripheralType>> BY_DANGER =
      List.of(
          Map.entry(UsbKind.STORAGE, EXTERNAL_STORAGE),
          Map.entry(UsbKind.KEYBOARD, KEYBOARD),
          Map.entry(UsbKind.NETWORK, NETWORK),
          Map.entry(UsbKind.PHONE, PHONE),
          Map.entry(UsbKind.MEDIA, MEDIA),
          Map.entry(UsbKind.BLUETOOTH, BLUETOOTH),
          Map.entry(UsbKind.MOUSE, MOUSE),
          Map.entry(UsbKind.PRINTER, PRINTER),
          Map.entry(UsbKind.CAMERA, WEBCAM),
          Map.entry(UsbKind.SMART_CARD, SMART_CARD),
          Map.entry(UsbKind.AUDIO, AUDIO),
          Map.entry(UsbKind.SERIAL, SERIAL),
          Map.entry(UsbKind.HUB, HUB));

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
    Set<UsbKind> kinds = UsbKind.of(device);
    for (Map.Entry<UsbKind, PeripheralType> each : BY_DANGER) {
      if (kinds.contains(each.getKey())) {
        return each.getValue();
      }
    }
    return OTHER;
  }
}
