package io.waybillguard.agent.platform.linux;

import io.waybillguard.agent.platform.MountedVolume;
import io.waybillguard.agent.platform.PathText;
import io.waybillguard.agent.platform.UnsupportedHere;
import io.waybillguard.agent.platform.UsbGate;
import io.waybillguard.agent.platform.UsbPeripheral;
import io.waybillguard.agent.platform.Volumes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts USB devices out of use by their attribute {@code authorized} ({@code
 * Documentation/usb/authorization.rst} of the kernel): the kernel lets go of all of the device's
 * interfaces and takes none again until it is written back. It holds for the plug, not the device:
 * who wants it to last looks again whenever something is plugged in.
 *
 * <p>Volumes are unmounted first. One that is in use is taken out of the tree at once (umount2(2),
 * MNT_DETACH) after everything was written; who has a file open there gets errors.
 */
public final class LinuxUsbGate implements UsbGate {
  private static final Logger LOG = LoggerFactory.getLogger(LinuxUsbGate.class);
  private static final int DEEP = 4;

  private final Path sys;
  private final SysfsUsb usb;
  private final Volumes volumes;

  /** The devices of this machine. */
  public LinuxUsbGate() {
    this(Path.of("/sys"), new LinuxVolumes());
  }

  /**
   * @param sys where sysfs is mounted; another folder in tests
   */
  LinuxUsbGate(Path sys, Volumes volumes) {
    this.sys = sys;
    this.usb = new SysfsUsb(sys);
    this.volumes = volumes;
  }

  @Override
  public List<Plugged> plugged() throws IOException {
    List<Plugged> found = new ArrayList<>();
    for (Path folder : usb.plugged()) {
      Optional<UsbPeripheral> device = usb.read(folder);
      if (device.isPresent()) {
        boolean hub =
            Sysfs.attribute(folder.resolve("bDeviceClass")).orElse("").strip().equals("09");
        found.add(
            new Plugged(
                device.get(), !device.get().nature().authorised(), holds(folder, "net"), hub));
      }
    }
    return found;
  }

  /** Whether the kernel made something of this kind of an interface of the device. */
  private static boolean holds(Path device, String kind) throws IOException {
    String prefix = device.getFileName() + ":";
    try (DirectoryStream<Path> interfaces =
        Files.newDirectoryStream(device, p -> p.getFileName().toString().startsWith(prefix))) {
      for (Path each : interfaces) {
        try (Stream<Path> below = Files.find(each, DEEP, (p, a) -> a.isDirectory())) {
          if (below.anyMatch(p -> p.getFileName().toString().equals(kind))) {
            return true;
          }
        }
      }
    }
    return false;
  }

  @Override
  public boolean canTypeWithout(UsbPeripheral device) throws IOException {
    Optional<Path> itself = folder(device);
    Path inputs = sys.resolve("class/input");
    if (!Files.isDirectory(inputs)) {
      return false;
    }
    try (DirectoryStream<Path> all = Files.newDirectoryStream(inputs, "input*")) {
      for (Path input : all) {
        boolean isIts = itself.isPresent() && input.toRealPath().startsWith(itself.get());
        if (!isIts && UsbInputs.types(input)) {
          return true;
        }
      }
    }
    return false;
  }

  @Override
  public boolean shut(UsbPeripheral device) throws IOException {
    Optional<Path> folder = folder(device);
    if (folder.isEmpty()) {
      return false;
    }
    unmount(device);
    return write(folder.get(), "0");
  }

  private void unmount(UsbPeripheral device) throws IOException {
    boolean synced = false;
    for (MountedVolume volume : volumes.list()) {
      UsbPeripheral carrier = volume.carrier();
      if (carrier == null || !carrier.port().equals(device.port())) {
        continue;
      }
      if (!synced) {
        Libc.sync();
        synced = true;
      }
      String place = PathText.of(volume.mountPoint());
      byte[] path = (place + '\0').getBytes(StandardCharsets.UTF_8);
      if (Libc.umount2(path, Libc.UMOUNT_NOFOLLOW) != 0) {
        int errno = Libc.errno();
        if (errno != Libc.EBUSY) {
          throw Libc.failure("cannot unmount " + place, errno);
        }
        LOG.info("{} is in use; it is taken out of the tree", place);
        if (Libc.umount2(path, Libc.UMOUNT_NOFOLLOW | Libc.MNT_DETACH) != 0) {
          throw Libc.failure("cannot unmount " + place);
        }
      }
    }
  }

  @Override
  public boolean open(UsbPeripheral device) throws IOException {
    Optional<Path> folder = folder(device);
    return folder.isPresent() && write(folder.get(), "1");
  }

  /** The folder of the device in its port; empty when it went, or another took its place. */
  private Optional<Path> folder(UsbPeripheral device) throws IOException {
    for (Path folder : usb.plugged()) {
      if (folder.getFileName().toString().equals(device.port())) {
        return usb.read(folder).filter(found -> isSame(found, device)).map(found -> folder);
      }
    }
    return Optional.empty();
  }

  /** One that is shut shows no interfaces. */
  private static boolean isSame(UsbPeripheral one, UsbPeripheral other) {
    return one.vendorId().equals(other.vendorId())
        && one.productId().equals(other.productId())
        && one.serial().equals(other.serial());
  }

  private static boolean write(Path folder, String value) throws IOException {
    Path gate = folder.resolve("authorized");
    if (!Files.exists(gate)) {
      throw new UnsupportedHere("this kernel has no switch for USB devices: no " + gate);
    }
    Files.writeString(gate, value);
    return Sysfs.attribute(gate).orElse("").strip().equals(value);
  }
}
