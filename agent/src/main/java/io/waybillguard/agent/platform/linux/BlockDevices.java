package io.waybillguard.agent.platform.linux;

import io.waybillguard.agent.platform.UsbPeripheral;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/**
 * What a block device lies on, by walking its parents in sysfs.
 *
 * <p>The {@code removable} attribute of a disk is not asked: a USB hard disk says 0, and so does a
 * stick that wants to.
 */
final class BlockDevices {
  /** Encrypted on a partition on a RAID, and some more; past that something is wrong. */
  private static final int MAX_LAYERS = 8;

  /** Buses whose devices are carried away, by the name of the {@code subsystem}. */
  private static final Set<String> CARRIED = Set.of("usb", "memstick", "firewire");

  private final Path sys;
  private final SysfsUsb usb;

  /**
   * @param removable whether it can be carried away
   * @param carrier the USB device, where it is one
   */
  record Medium(boolean removable, Optional<UsbPeripheral> carrier) {
    static final Medium FIXED = new Medium(false, Optional.empty());
  }

  BlockDevices(Path sys) {
    this.sys = sys;
    this.usb = new SysfsUsb(sys);
  }

  /**
   * The folder in sysfs of the device that a mount lies on.
   *
   * @return empty when it lies on none, or its medium was pulled
   */
  Optional<Path> of(MountTable.Mount mount) throws IOException {
    if (mount.hasBlockDevice()) {
      return real(sys.resolve("dev/block/" + mount.device()));
    }
    // btrfs and others give each subvolume a number of the kernel's own; the source names the disk.
    return mount.source().startsWith("/dev/")
        ? real(
            sys.resolve("class/block")
                .resolve(mount.source().substring("/dev/".length()).replace('/', '!')))
        : Optional.empty();
  }

  private static Optional<Path> real(Path link) throws IOException {
    try {
      return Optional.of(link.toRealPath());
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  Medium medium(Path device) throws IOException {
    return medium(device, MAX_LAYERS);
  }

  private Medium medium(Path device, int layers) throws IOException {
    for (Path at = device; at != null && !at.equals(sys); at = at.getParent()) {
      String bus = subsystem(at);
      if (CARRIED.contains(bus) || (bus.equals("mmc") && isCard(at))) {
        return new Medium(true, usb.carrierOf(at));
      }
    }
    // Encryption, LVM and RAID: as removable as any disk below.
    if (layers > 0) {
      try (DirectoryStream<Path> below = Files.newDirectoryStream(device.resolve("slaves"))) {
        for (Path disk : below) {
          Medium medium = medium(disk.toRealPath(), layers - 1);
          if (medium.removable()) {
            return medium;
          }
        }
      } catch (NoSuchFileException e) {
        // A partition has no such folder, and what was pulled has nothing at all.
      }
    }
    return Medium.FIXED;
  }

  private static String subsystem(Path folder) throws IOException {
    Path link = folder.resolve("subsystem");
    return Files.isSymbolicLink(link) ? Files.readSymbolicLink(link).getFileName().toString() : "";
  }

  /** SD cards say SD; the soldered memory of cheap machines says MMC and stays where it is. */
  private static boolean isCard(Path mmcDevice) throws IOException {
    return Sysfs.attribute(mmcDevice.resolve("type")).orElse("").startsWith("SD");
  }
}
