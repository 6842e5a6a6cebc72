package io.waybillguard.agent.platform;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * What a device says of itself in its raw descriptors: the device descriptor, then each
 * configuration with all that belongs to it. Layout: USB 2.0 specification, chapter 9.6; the HID
 * descriptor: HID 1.11, section 6.2.1.
 *
 * <p>A device writes these bytes as it likes. Whatever does not fit together is told in {@link
 * #malformed} and read as far as it goes; no bytes make this throw.
 *
 * @param interfaces of every configuration, with every alternate setting, as they stand there
 * @param malformed what is wrong with them, a short English sentence each; empty when nothing is
 */
public record UsbDescriptors(List<Interface> interfaces, List<String> malformed) {
  private static final int DEVICE = 1;
  private static final int CONFIGURATION = 2;
  private static final int INTERFACE = 4;
  private static final int ENDPOINT = 5;
  private static final int HID = 0x21;
  private static final int HID_CLASS = 3;

  private static final int DEVICE_BYTES = 18;
  private static final int CONFIGURATION_BYTES = 9;
  private static final int INTERFACE_BYTES = 9;
  private static final int ENDPOINT_BYTES = 7;
  private static final int HID_BYTES = 9;

  /** Linux keeps eight configurations of at most 65,535 bytes; a real device has some hundred. */
  private static final int MAX_BYTES = DEVICE_BYTES + 8 * 65_535;

  /** USB 2.0 allows 256 interfaces a configuration; a real device has fewer than thirty. */
  private static final int MAX_INTERFACES = 512;

  /** Past this nobody learns more from another complaint. */
  private static final int MAX_COMPLAINTS = 16;

  /**
   * One interface in one alternate setting.
   *
   * @param configuration {@code bConfigurationValue}; 0 when it stands before any configuration
   * @param number {@code bInterfaceNumber}
   * @param alternate {@code bAlternateSetting}
   * @param kind class, subclass and protocol, such as {@code 08/06/50}
   * @param endpoints how many there are, the control endpoint left out
   * @param reportBytes length of the HID report descriptor; 0 when it has none
   */
  public record Interface(
      int configuration, int number, int alternate, String kind, int endpoints, int reportBytes) {}

  /** Nothing read, nothing wrong: the system does not show the bytes. */
  public static final UsbDescriptors NONE = new UsbDescriptors(List.of(), List.of());

  public UsbDescriptors {
    interfaces = List.copyOf(interfaces);
    malformed = List.copyOf(malformed);
  }

  /** Reads the bytes as far as they go. */
  public static UsbDescriptors parse(byte[] raw) {
    return new Reading(raw).read();
  }

  /** One pass over the bytes. */
  private static final class Reading {
    private final byte[] raw;
    private final List<Interface> interfaces = new ArrayList<>();
    private final List<String> complaints = new ArrayList<>();
    private int unsaid;

    private int configurations;
    private int configuration;
    private int configurationEnd = -1;
    private int promisedInterfaces;
    private final Set<Integer> numbers = new HashSet<>();
    private final Map<Integer, Set<Integer>> alternates = new HashMap<>();

    private boolean inInterface;
    private int number;
    private int alternate;
    private int usbClass;
    private String kind = "";
    private int promisedEndpoints;
    private int endpoints;
    private int reportBytes;

    Reading(byte[] raw) {
      this.raw = raw;
    }

    UsbDescriptors read() {
      if (raw.length > MAX_BYTES) {
        complain("oversized: %d bytes, at most %d were expected", raw.length, MAX_BYTES);
      }
      int promised = device();
      int end = Math.min(raw.length, MAX_BYTES);
      int at = promised < 0 ? end : DEVICE_BYTES;
      while (at < end) {
        int length = u8(at);
        if (length < 2) {
          complain("descriptor at byte %d: length %d, at least 2 was expected", at, length);
          break;
        }
        if (at + length > end) {
          complain("descriptor at byte %d: length %d, only %d are there", at, length, end - at);
          break;
        }
        descriptor(at, length);
        at += length;
      }
      endConfiguration(at);
      if (promised >= 0 && promised != configurations) {
        complain("device: says %d configurations, has %d", promised, configurations);
      }
      if (unsaid > 0) {
        complaints.add("and " + unsaid + " more");
      }
      return new UsbDescriptors(interfaces, complaints);
    }

    /**
     * @return how many configurations it promises; -1 when it cannot be read
     */
    private int device() {
      if (raw.length < DEVICE_BYTES) {
        complain("device: %d bytes, %d were expected", raw.length, DEVICE_BYTES);
        return -1;
      }
      if (u8(0) != DEVICE_BYTES || u8(1) != DEVICE) {
        complain(
            "device: length %d and type %d, %d and %d were expected",
            u8(0), u8(1), DEVICE_BYTES, DEVICE);
      }
      return u8(17);
    }

    private void descriptor(int at, int length) {
      switch (u8(at + 1)) {
        case CONFIGURATION -> configuration(at, length);
        case INTERFACE -> anInterface(at, length);
        case ENDPOINT -> endpoint(at, length);
        case HID -> hid(at, length);
        default -> {} // a class's own, or an association: nothing that we judge by
      }
    }

    private void configuration(int at, int length) {
      endConfiguration(at);
      if (length < CONFIGURATION_BYTES) {
        complain(
            "configuration at byte %d: length %d, %d was expected",
            at, length, CONFIGURATION_BYTES);
        return;
      }
      configurations++;
      configuration = u8(at + 5);
      configurationEnd = at + u16(at + 2);
      promisedInterfaces = u8(at + 4);
    }

    private void endConfiguration(int at) {
      endInterface();
      if (configurationEnd >= 0) {
        if (configurationEnd != at) {
          complain(
              "configuration %d: its length ends at byte %d, it ends at %d",
              configuration, configurationEnd, at);
        }
        if (promisedInterfaces != numbers.size()) {
          complain(
              "configuration %d: says %d interfaces, has %d",
              configuration, promisedInterfaces, numbers.size());
        }
      }
      configurationEnd = -1;
      numbers.clear();
      alternates.clear();
    }

    private void anInterface(int at, int length) {
      endInterface();
      if (length < INTERFACE_BYTES) {
        complain("interface at byte %d: length %d, %d was expected", at, length, INTERFACE_BYTES);
        return;
      }
      if (configurationEnd < 0) {
        complain("interface at byte %d: before any configuration", at);
      }
      inInterface = true;
      number = u8(at + 2);
      alternate = u8(at + 3);
      promisedEndpoints = u8(at + 4);
      usbClass = u8(at + 5);
      kind = String.format(Locale.ROOT, "%02x/%02x/%02x", u8(at + 5), u8(at + 6), u8(at + 7));
      endpoints = 0;
      reportBytes = 0;
      numbers.add(number);
      if (!alternates.computeIfAbsent(number, n -> new HashSet<>()).add(alternate)) {
        complain("interface %d: alternate setting %d twice", number, alternate);
      }
    }

    private void endInterface() {
      if (!inInterface) {
        return;
      }
      inInterface = false;
      if (promisedEndpoints != endpoints) {
        complain("interface %d: says %d endpoints, has %d", number, promisedEndpoints, endpoints);
      }
      if (interfaces.size() < MAX_INTERFACES) {
        interfaces.add(
            new Interface(configuration, number, alternate, kind, endpoints, reportBytes));
      } else {
        complain("more than %d interfaces", MAX_INTERFACES);
      }
    }

    private void endpoint(int at, int length) {
      if (length < ENDPOINT_BYTES) {
        complain("endpoint at byte %d: length %d, %d was expected", at, length, ENDPOINT_BYTES);
      } else if (!inInterface) {
        complain("endpoint at byte %d: before any interface", at);
      } else if ((u8(at + 2) & 0x0f) == 0) {
        complain("interface %d: an endpoint with number 0, which is the device's own", number);
      }
      endpoints++;
    }

    private void hid(int at, int length) {
      if (!inInterface || usbClass != HID_CLASS) {
        return; // other classes use the number for things of their own
      }
      if (length < HID_BYTES) {
        complain("HID descriptor at byte %d: length %d, %d was expected", at, length, HID_BYTES);
        return;
      }
      reportBytes = u16(at + 7);
    }

    private int u8(int at) {
      return raw[at] & 0xff;
    }

    private int u16(int at) {
      return u8(at) | (u8(at + 1) << 8);
    }

    private void complain(String form, Object... values) {
      if (complaints.size() < MAX_COMPLAINTS) {
        complaints.add(String.format(Locale.ROOT, form, values));
      } else {
        unsaid++;
      }
    }
  }
}
