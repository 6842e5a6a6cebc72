package io.waybillguard.agent.platform.linux;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * One message of the kernel about a device: {@code ACTION@DEVPATH}, then {@code KEY=VALUE} strings,
 * each ended by a NUL. Source: {@code lib/kobject_uevent.c} of the kernel.
 *
 * @param action {@code add}, {@code bind}, {@code change}, {@code move}, {@code unbind}, {@code
 *     remove}, …
 * @param devpath the device's folder below {@code /sys}, such as {@code /devices/…/usb2/2-1}
 */
record Uevent(String action, String devpath, Map<String, String> properties) {
  Uevent {
    properties = Map.copyOf(properties);
  }

  /** Reads a datagram; empty when it is not one of the kernel's (udev's begin with "libudev"). */
  static Optional<Uevent> parse(byte[] datagram, int length) {
    String[] strings = new String(datagram, 0, length, StandardCharsets.UTF_8).split("\0", -1);
    int at = strings[0].indexOf("@/");
    if (at <= 0) {
      return Optional.empty();
    }
    Map<String, String> properties = new HashMap<>();
    for (int i = 1; i < strings.length; i++) {
      int equals = strings[i].indexOf('=');
      if (equals > 0) {
        properties.put(strings[i].substring(0, equals), strings[i].substring(equals + 1));
      }
    }
    return Optional.of(
        new Uevent(strings[0].substring(0, at), strings[0].substring(at + 1), properties));
  }

  /**
   * The word that a program gave with a message which it had the kernel repeat, by the file {@code
   * uevent} of a device; "0" when it gave none. Empty when the kernel speaks for itself. Source:
   * SYNTH_UUID in Documentation/ABI/testing/sysfs-uevent (kernel 4.13).
   */
  Optional<String> repeatedWith() {
    return Optional.ofNullable(properties.get("SYNTH_UUID"));
  }

  /** Whether it is about a whole USB device, not one of its interfaces. */
  boolean isUsbDevice() {
    return "usb_device".equals(properties.get("DEVTYPE"));
  }

  /** Whether an interface of a device was made or taken away. */
  boolean isInterfaceComingOrGoing() {
    return "usb_interface".equals(properties.get("DEVTYPE"))
        && (action.equals("add") || action.equals("remove"));
  }

  /** Whether it is about a whole disk, not one of its partitions. */
  boolean isDisk() {
    return "disk".equals(properties.get("DEVTYPE")) && "block".equals(properties.get("SUBSYSTEM"));
  }

  /** Whether an input device was made. */
  boolean isInput() {
    return "input".equals(properties.get("SUBSYSTEM")) && action.equals("add");
  }

  /** The last part of the path; of a USB device, its port. */
  String name() {
    return devpath.substring(devpath.lastIndexOf('/') + 1);
  }
}
