package io.waybillguard.agent.platform.linux;

import io.waybillguard.agent.platform.MountedVolume;
import io.waybillguard.agent.platform.VolumeNature;
import io.waybillguard.agent.platform.Volumes;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Volumes by the mount table, with sysfs for what carries them and udev's record for label and
 * serial, or where there is none the begin of the medium itself. Only file systems on a block
 * device are listed: nothing else can be carried away.
 */
public final class LinuxVolumes implements Volumes {
  private static final Logger LOG = LoggerFactory.getLogger(LinuxVolumes.class);

  private final Path root;
  private final BlockDevices blocks;

  /** The volumes of this machine. */
  public LinuxVolumes() {
    this(Path.of("/"));
  }

  /**
   * @param root where /proc, /sys and /run are; another folder in tests
   */
  LinuxVolumes(Path root) {
    this.root = root;
    this.blocks = new BlockDevices(root.resolve("sys"));
  }

  @Override
  public List<MountedVolume> list() throws IOException {
    List<MountedVolume> volumes = new ArrayList<>();
    List<MountTable.Mount> mounts = MountTable.read(root.resolve("proc/self/mountinfo"));
    for (MountTable.Mount mount : mounts) {
      Optional<BlockDevices.Medium> medium = blocks.medium(mount, mounts);
      if (medium.isPresent()) {
        Optional<MountedVolume> volume = volume(mount, medium.get());
        volume.ifPresent(volumes::add);
      }
    }
    return volumes;
  }

  @Override
  public Fate fate(MountedVolume gone) throws IOException {
    for (MountTable.Mount mount : MountTable.read(root.resolve("proc/self/mountinfo"))) {
      if (mount.source().equals(gone.source())
          && mount.mountPoint().equals(RawPath.bytes(gone.mountPoint()))) {
        return Fate.PULLED; // the kernel keeps the mount of a medium that is no longer there
      }
    }
    return blocks.exists(gone.source()) ? Fate.RELEASED : Fate.UNCLEAR;
  }

  private Optional<MountedVolume> volume(MountTable.Mount mount, BlockDevices.Medium medium)
      throws IOException {
    Map<String, String> known = udevRecord(medium.device());
    Path mountPoint;
    try {
      mountPoint = RawPath.of(mount.mountPoint());
    } catch (IOException e) {
      return Optional.empty(); // unmounted since the table was read
    }
    String label = decoded(known.getOrDefault("ID_FS_LABEL_ENC", ""));
    String serial = known.getOrDefault("ID_FS_UUID", "");
    if (medium.removable() && known.get("ID_FS_TYPE") == null) {
      Superblock read = superblock(medium.device());
      label = read.label();
      serial = read.serial();
    }
    return Optional.of(
        new MountedVolume(
            mountPoint,
            mount.source(),
            mount.fileSystem(),
            label,
            serial,
            medium.removable(),
            medium.carrier().orElse(null),
            new VolumeNature(
                blocks.bytes(medium.device()),
                blocks.partition(medium.device()),
                List.of(mount.options().split(",")).contains("ro"),
                mount.options(),
                blocks.encryption(medium.device()),
                blocks.image(medium.device()),
                mount.root())));
  }

  /** The begin of the medium; nothing where it may not be read, which needs root or group disk. */
  private Superblock superblock(Path device) throws IOException {
    Path node = root.resolve("dev").resolve(device.getFileName().toString().replace('!', '/'));
    try (InputStream from = Files.newInputStream(node)) {
      return Superblock.of(from.readNBytes(Superblock.BYTES));
    } catch (NoSuchFileException | AccessDeniedException e) {
      return Superblock.of(new byte[0]);
    } catch (IOException e) {
      if (Files.exists(device)) {
        LOG.warn("device={} cannot be read for its label and serial: {}", node, e.toString());
      }
      return Superblock.of(new byte[0]); // pulled while being read, or broken: still a volume
    }
  }

  /**
   * What udev found on the device: lines {@code E:KEY=VALUE} of {@code /run/udev/data/bMAJ:MIN}.
   * Empty where no udev runs.
   */
  private Map<String, String> udevRecord(Path device) throws IOException {
    Map<String, String> properties = new HashMap<>();
    Optional<String> number = Sysfs.attribute(device.resolve("dev"));
    if (number.isEmpty()) {
      return properties;
    }
    try {
      for (String line :
          Files.readString(root.resolve("run/udev/data/b" + number.get())).split("\n")) {
        int equals = line.indexOf('=');
        if (line.startsWith("E:") && equals > 0) {
          properties.put(line.substring(2, equals), line.substring(equals + 1));
        }
      }
    } catch (NoSuchFileException e) {
      // No udev, or not yet: label and serial stay empty, which is what they are to us.
    }
    return properties;
  }

  /** udev writes bytes that it does not trust as {@code \xNN} (libudev, encode_devnode_name). */
  static String decoded(String encoded) {
    byte[] raw = encoded.getBytes(StandardCharsets.UTF_8);
    byte[] plain = new byte[raw.length];
    int length = 0;
    for (int i = 0; i < raw.length; i++) {
      if (raw[i] == '\\' && i + 3 < raw.length && raw[i + 1] == 'x') {
        plain[length++] =
            (byte) ((Character.digit(raw[i + 2], 16) << 4) | Character.digit(raw[i + 3], 16));
        i += 3;
      } else {
        plain[length++] = raw[i];
      }
    }
    return new String(plain, 0, length, StandardCharsets.UTF_8).strip();
  }
}
