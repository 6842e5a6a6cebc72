package io.waybillguard.agent.platform.windows;

import com.sun.jna.Native;
import com.sun.jna.platform.win32.Kernel32;
import com.sun.jna.ptr.IntByReference;
import io.waybillguard.agent.platform.MountedVolume;
import io.waybillguard.agent.platform.UsbPeripheral;
import io.waybillguard.agent.platform.VolumeNature;
import io.waybillguard.agent.platform.Volumes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Volumes by their drive letters. Whether one can be carried away is told by its disk's bus, since
 * a USB disk calls itself fixed and an NVMe stick is on the bus of the disk inside.
 *
 * <p>Limits: a volume without a letter, which no person sees either, is not listed, nor is a
 * network drive. How a medium left cannot be told when its device went too.
 */
public final class WindowsVolumes implements Volumes {
  private static final Logger LOG = LoggerFactory.getLogger(WindowsVolumes.class);

  // winbase.h: DRIVE_...
  static final int DRIVE_REMOVABLE = 2;
  static final int DRIVE_FIXED = 3;
  static final int DRIVE_CDROM = 5;

  /** winnt.h: FILE_READ_ONLY_VOLUME. */
  static final int READ_ONLY_VOLUME = 0x80000;

  /** errhandlingapi.h: SEM_FAILCRITICALERRORS, "no dialog that asks for a disk". */
  private static final int NO_DIALOGS = 1;

  private static final int NAME_ROOM = 261;

  /** What a drive letter stands for at the moment. */
  record Drive(String root, int type) {
    /** As devices are opened: {@code \\.\F:}. */
    String device() {
      return "\\\\.\\" + root.substring(0, 2);
    }
  }

  /** What a file system says of itself. */
  record Told(String label, int serial, String fileSystem, boolean readOnly) {}

  private final Kernel32 kernel;
  private final KernelMore more;
  private final Disks disks;
  private final SetupDevices devices;

  public WindowsVolumes() {
    this(Libraries.HERE);
  }

  WindowsVolumes(Libraries libraries) {
    kernel = libraries.load("kernel32", Kernel32.class);
    more = libraries.load("kernel32", KernelMore.class);
    disks = new Disks(libraries);
    devices = new SetupDevices(libraries);
  }

  @Override
  public List<MountedVolume> list() throws IOException {
    List<MountedVolume> volumes = new ArrayList<>();
    @Nullable UsbTree tree = null;
    for (Drive drive : drives()) {
      Optional<Told> told = told(drive);
      if (told.isEmpty()) {
        continue; // no medium in it
      }
      Medium medium = medium(drive);
      if (tree == null && medium.isWorthALook()) {
        tree = new UsbTree(devices.present());
      }
      volumes.add(volume(drive, told.get(), medium, tree));
    }
    return volumes;
  }

  /** What a volume lies on, as far as it tells. */
  private record Medium(int type, StorageDevice device, Disks.Place place) {
    boolean isWorthALook() {
      return type == DRIVE_REMOVABLE || device.isOnBusOfSticks() || device.mayBeInACase();
    }
  }

  private Medium medium(Drive drive) {
    StorageDevice device = new StorageDevice(0, false, "", "");
    Disks.Place place = new Disks.Place(-1, 0);
    try {
      device = disks.device(drive.device());
      place = disks.place(drive.device());
    } catch (IOException e) {
      // A volume on several disks, an encrypted container, or gone meanwhile: known by its letter.
      LOG.debug("drive={} tells nothing of its disk", drive.root(), e);
    }
    return new Medium(drive.type(), device, place);
  }

  private MountedVolume volume(Drive drive, Told told, Medium medium, @Nullable UsbTree tree)
      throws IOException {
    @Nullable UsbPeripheral carrier = null;
    boolean removable = medium.device().isOnBusOfSticks() || drive.type() == DRIVE_REMOVABLE;
    if (tree != null && medium.place().disk() >= 0) {
      String node = disks.nodes().getOrDefault(medium.place().disk(), "");
      carrier = tree.carrier(node);
      removable |= carrier != null || (medium.device().mayBeInACase() && tree.isRemovable(node));
    }
    return new MountedVolume(
        Path.of(drive.root()),
        source(drive),
        told.fileSystem(),
        told.label(),
        serial(told.serial()),
        removable,
        carrier,
        new VolumeNature(
            Path.of(drive.root()).toFile().getTotalSpace(),
            medium.place().partition(),
            told.readOnly(),
            "",
            "",
            "",
            "/"));
  }

  /** As {@code vol} and Explorer write it: {@code cafe-1234}, in lower case. */
  static String serial(int raw) {
    String hex = HexFormat.of().toHexDigits(raw);
    return hex.substring(0, 4) + "-" + hex.substring(4);
  }

  /** Its name that does not change with letters, or the letter when it has none. */
  private String source(Drive drive) {
    char[] name = new char[NAME_ROOM];
    if (!kernel.GetVolumeNameForVolumeMountPoint(drive.root(), name, name.length)) {
      LOG.debug(
          "drive={} has no name: {}", drive.root(), Win32.word("GetVolumeNameForVolumeMountPoint"));
      return drive.root();
    }
    return Native.toString(name);
  }

  /** Letters of drives that may hold something to carry away or stay; network drives are not. */
  List<Drive> drives() throws IOException {
    List<Drive> drives = new ArrayList<>();
    int letters = more.GetLogicalDrives();
    if (letters == 0) {
      throw Win32.failure("GetLogicalDrives", "cannot list the drives of this machine");
    }
    for (int i = 0; i < 26; i++) {
      if ((letters >>> i & 1) != 0) {
        String root = (char) ('A' + i) + ":\\";
        int type = kernel.GetDriveType(root);
        if (type == DRIVE_REMOVABLE || type == DRIVE_FIXED || type == DRIVE_CDROM) {
          drives.add(new Drive(root, type));
        }
      }
    }
    return drives;
  }

  /** The root folders of all drives of this machine that have a medium; no network drive's. */
  public List<Path> roots() throws IOException {
    return drives().stream()
        .filter(drive -> told(drive).isPresent())
        .map(drive -> Path.of(drive.root()))
        .toList();
  }

  /** Empty when there is no medium, or none that this system can read. */
  Optional<Told> told(Drive drive) {
    kernel.SetErrorMode(NO_DIALOGS);
    char[] label = new char[NAME_ROOM];
    char[] fileSystem = new char[NAME_ROOM];
    IntByReference serial = new IntByReference();
    IntByReference flags = new IntByReference();
    if (!kernel.GetVolumeInformation(
        drive.root(),
        label,
        label.length,
        serial,
        new IntByReference(),
        flags,
        fileSystem,
        fileSystem.length)) {
      int error = Native.getLastError();
      if (error != Win32.ERROR_NOT_READY) {
        LOG.debug(
            "drive={} is not read: {}", drive.root(), Win32.word("GetVolumeInformation", error));
      }
      return Optional.empty();
    }
    return Optional.of(
        new Told(
            Native.toString(label),
            serial.getValue(),
            Native.toString(fileSystem),
            (flags.getValue() & READ_ONLY_VOLUME) != 0));
  }

  /** Its medium is still there if the device that carried it is. */
  @Override
  public Fate fate(MountedVolume gone) throws IOException {
    UsbPeripheral carrier = gone.carrier();
    boolean isIn =
        carrier != null
            && new UsbTree(devices.present())
                .devices().stream()
                    .anyMatch(device -> device.identity().equals(carrier.identity()));
    return isIn ? Fate.RELEASED : Fate.UNCLEAR;
  }

  /** What changes when a medium comes or goes, and nothing else does: cheap to compare. */
  List<String> marks() throws IOException {
    List<String> marks = new ArrayList<>();
    for (Drive drive : drives()) {
      marks.add(
          drive.root()
              + (drive.type() == DRIVE_FIXED ? "" : told(drive).map(Told::toString).orElse("-")));
    }
    return marks;
  }
}
