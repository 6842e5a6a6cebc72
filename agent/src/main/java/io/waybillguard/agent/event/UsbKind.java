package io.waybillguard.agent.event;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/**
 * What an interface of a USB device is for, by its class, subclass and protocol (USB-IF "Defined
 * Class Codes"; the vendor-specific ones are Android's: {@code adb.h} and {@code fastboot} of
 * AOSP).
 */
public enum UsbKind {
  STORAGE,
  KEYBOARD,
  MOUSE,
  /** A HID interface that says neither keyboard nor mouse, such as a scanner's or a game pad's. */
  HID,
  NETWORK,
  BLUETOOTH,
  /** A phone that lets itself be controlled: ADB or fastboot. */
  PHONE,
  /** Files by MTP or PTP: a phone or a camera. */
  MEDIA,
  PRINTER,
  CAMERA,
  AUDIO,
  SMART_CARD,
  SERIAL,
  HUB,
  /** Firmware can be written to it by anybody (DFU). */
  FIRMWARE,
  VENDOR,
  OTHER;

  /** As it stands in records. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** All that a device is, in the order of this list. */
  static Set<UsbKind> of(UsbDevice device) {
    Set<UsbKind> kinds = EnumSet.noneOf(UsbKind.class);
    for (String each : device.interfaces()) {
      if (!each.startsWith("0a/")) { // CDC data: belongs to the interface that controls it
        kinds.add(of(each));
      }
    }
    for (UsbDetails.Input input : device.details().inputs()) {
      // By what it can send, whatever its interface says: any HID interface may be a keyboard.
      if (input.types()) {
        kinds.add(KEYBOARD);
      }
      if (input.points()) {
        kinds.add(MOUSE);
      }
    }
    if (device.details().interfaceNames().contains("MTP")) {
      kinds.add(MEDIA); // Android's MTP is vendor specific and known by this name
    }
    return kinds;
  }

  private static UsbKind of(String triple) {
    String usbClass = triple.substring(0, Math.min(2, triple.length()));
    return switch (usbClass) {
      case "01" -> AUDIO;
      case "02" -> communication(triple);
      case "03" -> triple.endsWith("/01") ? KEYBOARD : triple.endsWith("/02") ? MOUSE : HID;
      case "06" -> MEDIA;
      case "07" -> PRINTER;
      case "08" -> STORAGE;
      case "09" -> HUB;
      case "0b" -> SMART_CARD;
      case "0e" -> CAMERA;
      case "e0" -> triple.equals("e0/01/01") ? BLUETOOTH : NETWORK; // e0/01/03: RNDIS
      case "ef" -> triple.startsWith("ef/04/") ? NETWORK : OTHER; // RNDIS of newer phones
      case "fe" -> triple.startsWith("fe/01/") ? FIRMWARE : OTHER;
      case "ff" -> triple.equals("ff/42/01") || triple.equals("ff/42/03") ? PHONE : VENDOR;
      default -> OTHER;
    };
  }

  /** CDC: 02 modem (with protocol ff: RNDIS), 06 ECM, 0c EEM, 0d NCM, 0e MBIM. */
  private static UsbKind communication(String triple) {
    return switch (triple) {
      case "02/02/ff" -> NETWORK;
      default ->
          triple.startsWith("02/06/")
                  || triple.startsWith("02/0c/")
                  || triple.startsWith("02/0d/")
                  || triple.startsWith("02/0e/")
              ? NETWORK
              : SERIAL;
    };
  }
}
