package io.waybillguard.agent.platform.linux;

import io.waybillguard.agent.platform.UsbPeripheral;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * What a mounted file system lies on, by walking the parents of its block device in sysfs.
 *
 * <p>The {@code removable} attribute of a disk is not asked: a USB hard disk says 0, and so does a
 * stick that wants to. The disk that the running system is on is not removable, whatever carries
 * it: it is this machine.
 *
 * <p>Limit: a disk in a Thunderbolt case looks like one inside.
 */
final class BlockDevices {
  /** An image on an encrypted partition on a RAID, and some more; past that something is wrong. */
  private static final int MAX_LAYERS = 8;

  /** What sysfs counts sizes in, whatever the medium's own sectors are. */
  private static final long SECTOR_BYTES = 512;

  /** Buses whose devices are carried away, by the name of the {@code subsystem}. */
  private static final Set<String> CARRIED = Set.of("usb", "memstick", "firewire");

  private final Path sys;
  private final SysfsUsb usb;

  /**
   * @param device the folder of the block device in sysfs
   * @param removable whether it can be carried away
   * @param carrier the USB device, where it is one
   */
  record Medium(Path device, boolean removable, Optional<UsbPeripheral> carrier) {}

  BlockDevices(Path sys) {
    this.sys = sys;
    this.usb = new SysfsUsb(sys);
  }

  /**
   * The medium of a mount.
   *
   * @param all the whole mount table
   * @return empty when it lies on no block device, or its medium was pulled
   */
  Optional<Medium> medium(MountTable.Mount mount, List<MountTable.Mount> all) throws IOException {
    Optional<Path> device = device(mount);
    if (device.isEmpty()) {
      return Optional.empty();
    }
    Optional<Path> carried = carried(device.get(), all, MAX_LAYERS);
    if (carried.isEmpty() || carried.equals(carriedSystem(all))) {
      return Optional.of(new Medium(device.get(), false, Optional.empty()));
    }
    return Optional.of(new Medium(device.get(), true, usb.carrierOf(carried.get())));
  }

  /** What carries the running system, where that could be carried away. */
  private Optional<Path> carriedSystem(List<MountTable.Mount> all) throws IOException {
    for (MountTable.Mount mount : all) {
      if (mount.mountPoint().equals("/")) {
        Optional<Path> device = device(mount);
        if (device.isPresent()) {
          return carried(device.get(), List.of(), MAX_LAYERS);
        }
      }
    }
    return Optional.empty();
  }

  /** The folder in sysfs of the device that a mount lies on. */
  private Optional<Path> device(MountTable.Mount mount) throws IOException {
    if (mount.hasBlockDevice()) {
      return real(sys.resolve("dev/block/" + mount.device()));
    }
    // btrfs and others give each subvolume a number of the kernel's own; the source names the disk.
    return mount.source().startsWith("/dev/") ? real(named(mount.source())) : Optional.empty();
  }

  /** Whether there is a block device of this name. */
  boolean exists(String source) {
    return source.startsWith("/dev/") && Files.exists(named(source));
  }

  private Path named(String source) {
    return sys.resolve("class/block").resolve(source.substring("/dev/".length()).replace('/', '!'));
  }

  /** The size of a device; 0 when not known. */
  long bytes(Path device) throws IOException {
    return usb.sectors(usb.devpath(device)).orElse(0) * SECTOR_BYTES;
  }

  /** The number of a partition; 0 when the device is none. */
  int partition(Path device) throws IOException {
    return SysfsUsb.number(Sysfs.attribute(device.resolve("partition")).orElse(""), 10).orElse(0);
  }

  /**
   * How a mapped device is encrypted: cryptsetup names it {@code CRYPT-LUKS2-…}, {@code
   * CRYPT-BITLK-…} ({@code lib/libdevmapper.c} of cryptsetup).
   *
   * @return such as {@code luks2} or {@code bitlocker}; "" when it is not
   */
  String encryption(Path device) throws IOException {
    String uuid = Sysfs.attribute(device.resolve("dm/uuid")).orElse("");
    if (!uuid.startsWith("CRYPT-")) {
      return "";
    }
    String kind = uuid.split("-")[1].toLowerCase(Locale.ROOT);
    return kind.equals("bitlk") ? "bitlocker" : kind;
  }

  /** The file that a loop device shows, or "". */
  String image(Path device) throws IOException {
    return Sysfs.attribute(device.resolve("loop/backing_file")).orElse("");
  }

  private static Optional<Path> real(Path link) throws IOException {
    try {
      return Optional.of(link.toRealPath());
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** The nearest thing that can be carried away: its folder in sysfs. */
  private Optional<Path> carried(Path device, List<MountTable.Mount> all, int layers)
      throws IOException {
    for (Path at = device; at != null && !at.equals(sys); at = at.getParent()) {
      String bus = subsystem(at);
      if (CARRIED.contains(bus) || (bus.equals("mmc") && isCard(at))) {
        return Optional.of(at);
      }
    }
    if (layers == 0) {
      return Optional.empty();
    }
    Optional<Path> below = carriedBelow(device, all, layers - 1);
    return below.isPresent() ? below : carriedImage(device, all, layers - 1);
  }

  /** Encryption, LVM and RAID: as removable as any disk below. */
  private Optional<Path> carriedBelow(Path device, List<MountTable.Mount> all, int layers)
      throws IOException {
    try (DirectoryStream<Path> below = Files.newDirectoryStream(device.resolve("slaves"))) {
      for (Path disk : below) {
        Optional<Path> carried = carried(disk.toRealPath(), all, layers);
        if (carried.isPresent()) {
          return carried;
        }
      }
    } catch (NoSuchFileException e) {
      // A partition has no such folder, and what was pulled has nothing at all.
    }
    return Optional.empty();
  }

  /** An image file that is mounted (loop device): as removable as the medium that it lies on. */
  private Optional<Path> carriedImage(Path device, List<MountTable.Mount> all, int layers)
      throws IOException {
    Optional<String> image = Sysfs.rawAttribute(device.resolve("loop/backing_file"));
    if (image.isEmpty()) {
      return Optional.empty();
    }
    Optional<MountTable.Mount> holder =
        all.stream()
            .filter(
                mount ->
                    mount.mountPoint().equals("/")
                        || image.get().startsWith(mount.mountPoint() + "/"))
            .max(Comparator.comparingInt(mount -> mount.mountPoint().length()));
    Optional<Path> below = holder.isEmpty() ? Optional.empty() : device(holder.get());
    return below.isEmpty() ? Optional.empty() : carried(below.get(), all, layers);
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
