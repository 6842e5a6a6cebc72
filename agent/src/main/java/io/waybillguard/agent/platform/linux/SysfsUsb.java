package io.waybillguard.agent.platform.linux;

import io.waybillguard.agent.platform.UsbDescriptors;
import io.waybillguard.agent.platform.UsbInput;
import io.waybillguard.agent.platform.UsbNature;
import io.waybillguard.agent.platform.UsbPeripheral;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * USB devices as sysfs shows them. Attributes and their form: {@code
 * Documentation/ABI/stable/sysfs-bus-usb} and {@code testing/sysfs-bus-usb} of the kernel.
 */
final class SysfsUsb {
  /** The machine's own hubs: usb1, usb2, … */
  private static final Pattern ROOT_HUB = Pattern.compile("usb[0-9]+");

  /** A string descriptor holds 253 bytes of UTF-16 at most (USB 2.0, 9.6.7): 126 characters. */
  private static final int MAX_STRING = 126;

  private final Path sys;

  /**
   * @param sys where sysfs is mounted; another folder in tests
   */
  SysfsUsb(Path sys) {
    this.sys = sys;
  }

  /** The folder of a device. */
  Path folder(String devpath) {
    return sys.resolve(devpath.substring(1));
  }

  /** The opposite of {@link #folder}. */
  String devpath(Path folder) {
    return "/" + sys.relativize(folder);
  }

  /**
   * Whether every interface that the active configuration promises is there. Never so for a device
   * that nobody authorised: it has no active configuration.
   */
  boolean isReady(Path folder, UsbPeripheral device) throws IOException {
    OptionalInt promised = number(attribute(folder, "bNumInterfaces").orElse("").strip(), 10);
    return promised.isPresent() && device.interfaces().size() >= promised.getAsInt();
  }

  /**
   * Whether the system has made input devices of all HID interfaces. A keyboard's come some hundred
   * milliseconds after the device, as the driver must be loaded and must ask it for its reports.
   */
  boolean inputsAreThere(Path folder, UsbPeripheral device) throws IOException {
    if (device.interfaces().stream().noneMatch(kind -> kind.startsWith("03/"))) {
      return true;
    }
    for (Path child : interfaceFolders(folder).values()) {
      if (attribute(child, "bInterfaceClass").orElse("").equals("03")
          && UsbInputs.of(child).isEmpty()) {
        return false;
      }
    }
    return true;
  }

  /**
   * Folders of all devices that are plugged in; the machine's own root hubs (usbN) are left out.
   *
   * @throws IOException if they cannot be listed; an empty answer means that there are none
   */
  List<Path> plugged() throws IOException {
    if (!Files.isDirectory(sys.resolve("bus"))) {
      throw new IOException(
          "cannot see USB devices: there is nothing at " + sys.resolve("bus") + "; mount /sys");
    }
    List<Path> found = new ArrayList<>();
    Path devices = sys.resolve("bus/usb/devices");
    if (!Files.isDirectory(devices)) {
      return found; // a machine without USB
    }
    try (DirectoryStream<Path> links = Files.newDirectoryStream(devices)) {
      for (Path link : links) {
        String name = link.getFileName().toString();
        if (Character.isDigit(name.charAt(0)) && name.indexOf(':') < 0) {
          try {
            found.add(link.toRealPath());
          } catch (NoSuchFileException e) {
            // Pulled between listing and looking: a removal, not an error.
          }
        }
      }
    }
    found.sort(null);
    return found;
  }

  /**
   * A device with its interfaces.
   *
   * @return empty when there is no such device (any more), or the folder is not one
   */
  Optional<UsbPeripheral> read(Path folder) throws IOException {
    Optional<String> vendor = attribute(folder, "idVendor");
    Optional<String> product = attribute(folder, "idProduct");
    if (vendor.isEmpty() || product.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new UsbPeripheral(
            folder.getFileName().toString(),
            vendor.get(),
            product.get(),
            text(folder, "serial"),
            text(folder, "manufacturer"),
            text(folder, "product"),
            kinds(interfaceFolders(folder).values()),
            nature(folder)));
  }

  private UsbNature nature(Path folder) throws IOException {
    Collection<Path> interfaces = interfaceFolders(folder).values();
    List<String> active = kinds(interfaces);
    List<String> names = new ArrayList<>();
    List<UsbInput> inputs = new ArrayList<>();
    for (Path each : interfaces) {
      attribute(each, "interface").filter(name -> !name.isEmpty()).ifPresent(names::add);
      inputs.addAll(UsbInputs.of(each));
    }
    Optional<byte[]> raw = Sysfs.bytes(folder.resolve("descriptors"));
    UsbDescriptors told = raw.map(UsbDescriptors::parse).orElse(UsbDescriptors.NONE);
    List<String> malformed = new ArrayList<>(told.malformed());
    for (String string : List.of("serial", "manufacturer", "product")) {
      complaint(folder, string).ifPresent(malformed::add);
    }
    return new UsbNature(
        controller(folder),
        hubs(folder),
        attribute(folder, "speed").orElse(""),
        attribute(folder, "removable").orElse("").equals("fixed"),
        !attribute(folder, "authorized").orElse("1").equals("0"),
        names,
        told.interfaces().stream()
            .map(UsbDescriptors.Interface::kind)
            .filter(kind -> !active.contains(kind))
            .distinct()
            .toList(),
        inputs,
        malformed);
  }

  /** The device of the machine that carries the root hub. */
  private String controller(Path folder) {
    for (Path at = folder; at != null && at.startsWith(sys); at = at.getParent()) {
      if (isRootHub(at)) {
        Path above = at.getParent();
        return above == null ? "" : above.getFileName().toString();
      }
    }
    return "";
  }

  /** The hubs above a device, the one at the machine first. */
  private List<String> hubs(Path folder) throws IOException {
    List<String> found = new ArrayList<>();
    for (Path at = folder.getParent();
        at != null && at.startsWith(sys) && !isRootHub(at);
        at = at.getParent()) {
      Optional<String> vendor = attribute(at, "idVendor");
      if (vendor.isPresent()) {
        String ids = vendor.get() + ":" + attribute(at, "idProduct").orElse("");
        found.add(0, at.getFileName() + " " + ids);
      }
    }
    return found;
  }

  private static boolean isRootHub(Path folder) {
    return ROOT_HUB.matcher(folder.getFileName().toString()).matches();
  }

  /** A string of the device; past what a descriptor can hold it is cut. */
  private static String text(Path folder, String name) throws IOException {
    String whole = attribute(folder, name).orElse("");
    return whole.length() <= MAX_STRING ? whole : whole.substring(0, MAX_STRING);
  }

  private static Optional<String> complaint(Path folder, String name) throws IOException {
    String whole = attribute(folder, name).orElse("");
    if (whole.length() > MAX_STRING) {
      return Optional.of(
          name + ": " + whole.length() + " characters, at most " + MAX_STRING + " were expected");
    }
    return whole.chars().anyMatch(c -> c == 0xfffd || Character.isISOControl(c))
        ? Optional.of(name + ": holds bytes that are no text")
        : Optional.empty();
  }

  /** The nearest USB device above a folder of sysfs, the root hubs left out. */
  Optional<UsbPeripheral> carrierOf(Path folder) throws IOException {
    for (Path at = folder; at != null && at.startsWith(sys); at = at.getParent()) {
      if (Files.exists(at.resolve("idVendor"))) {
        return isRootHub(at) ? Optional.empty() : read(at);
      }
    }
    return Optional.empty();
  }

  /** The folders of the active interfaces, by the interface's number. */
  private static SortedMap<Integer, Path> interfaceFolders(Path folder) throws IOException {
    // Named PORT:CONFIGURATION.INTERFACE, such as 1-2.3:1.0.
    SortedMap<Integer, Path> byNumber = new TreeMap<>();
    String prefix = folder.getFileName() + ":";
    try (DirectoryStream<Path> children =
        Files.newDirectoryStream(folder, f -> f.getFileName().toString().startsWith(prefix))) {
      for (Path child : children) {
        String name = child.getFileName().toString();
        OptionalInt number = number(name.substring(name.lastIndexOf('.') + 1), 10);
        if (number.isPresent()) {
          byNumber.put(number.getAsInt(), child);
        }
      }
    } catch (NoSuchFileException | NotDirectoryException e) {
      return new TreeMap<>(); // pulled while being read
    }
    return byNumber;
  }

  private static List<String> kinds(Collection<Path> interfaces) throws IOException {
    List<String> found = new ArrayList<>();
    for (Path each : interfaces) {
      Optional<String> usbClass = attribute(each, "bInterfaceClass");
      Optional<String> subclass = attribute(each, "bInterfaceSubClass");
      Optional<String> protocol = attribute(each, "bInterfaceProtocol");
      if (usbClass.isPresent() && subclass.isPresent() && protocol.isPresent()) {
        found.add(usbClass.get() + "/" + subclass.get() + "/" + protocol.get());
      }
    }
    return List.copyOf(found);
  }

  /**
   * The size of a disk in sectors of 512 bytes: 0 without a medium; empty when there is no disk.
   */
  OptionalLong sectors(String devpath) throws IOException {
    String size = attribute(folder(devpath), "size").orElse("").strip();
    return size.matches("[0-9]{1,18}")
        ? OptionalLong.of(Long.parseLong(size))
        : OptionalLong.empty();
  }

  /** A number that stands in a name or a value of sysfs; empty when it is none. */
  static OptionalInt number(String digits, int radix) {
    try {
      return OptionalInt.of(Integer.parseInt(digits, radix));
    } catch (NumberFormatException e) {
      return OptionalInt.empty();
    }
  }

  private static Optional<String> attribute(Path folder, String name) throws IOException {
    return Sysfs.attribute(folder.resolve(name));
  }
}
