package io.waybillguard.agent.platform.linux;

import io.waybillguard.agent.platform.UsbPeripheral;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * USB devices as sysfs shows them. Attributes and their form: {@code
 * Documentation/ABI/stable/sysfs-bus-usb} and {@code testing/sysfs-bus-usb} of the kernel.
 */
final class SysfsUsb {
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
    String promised = attribute(folder, "bNumInterfaces").map(String::strip).orElse("");
    return !promised.isEmpty() && device.interfaces().size() >= Integer.parseInt(promised);
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
            attribute(folder, "serial").orElse(""),
            attribute(folder, "manufacturer").orElse(""),
            attribute(folder, "product").orElse(""),
            interfaces(folder)));
  }

  /** The nearest USB device above a folder of sysfs, the root hubs left out. */
  Optional<UsbPeripheral> carrierOf(Path folder) throws IOException {
    for (Path at = folder; at != null && at.startsWith(sys); at = at.getParent()) {
      if (Files.exists(at.resolve("idVendor"))) {
        return at.getFileName().toString().startsWith("usb") ? Optional.empty() : read(at);
      }
    }
    return Optional.empty();
  }

  private static List<String> interfaces(Path folder) throws IOException {
    // Named PORT:CONFIGURATION.INTERFACE, such as 1-2.3:1.0; ordered by the interface's number.
    TreeMap<Integer, String> byNumber = new TreeMap<>();
    String prefix = folder.getFileName() + ":";
    try (DirectoryStream<Path> children =
        Files.newDirectoryStream(folder, f -> f.getFileName().toString().startsWith(prefix))) {
      for (Path child : children) {
        Optional<String> usbClass = attribute(child, "bInterfaceClass");
        Optional<String> subclass = attribute(child, "bInterfaceSubClass");
        Optional<String> protocol = attribute(child, "bInterfaceProtocol");
        if (usbClass.isPresent() && subclass.isPresent() && protocol.isPresent()) {
          String name = child.getFileName().toString();
          byNumber.put(
              Integer.parseInt(name.substring(name.lastIndexOf('.') + 1)),
              usbClass.get() + "/" + subclass.get() + "/" + protocol.get());
        }
      }
    } catch (NoSuchFileException e) {
      return List.of(); // pulled while being read
    }
    return List.copyOf(byNumber.values());
  }

  private static Optional<String> attribute(Path folder, String name) throws IOException {
    return Sysfs.attribute(folder.resolve(name));
  }
}
