package io.waybillguard.agent.platform.linux;

import io.waybillguard.agent.platform.MountedVolume;
import io.waybillguard.agent.platform.Volumes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Volumes by the mount table, with sysfs for what carries them and udev's record for label and
 * serial. Only file systems on a block device are listed: nothing else can be carried away.
 */
public final class LinuxVolumes implements Volumes {
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

  private Optional<MountedVolume> volume(MountTable.Mount mount, BlockDevices.Medium medium)
      throws IOException {
    Map<String, String> known = udevRecord(medium.device());
    Path mountPoint;
    try {
      mountPoint = RawPath.of(mount.mountPoint());
    } catch (IOException e) {
      return Optional.empty(); // unmounted since the table was read
    }
    return Optional.of(
        new MountedVolume(
            mountPoint,
            mount.source(),
            mount.fileSystem(),
            decoded(known.getOrDefault("ID_FS_LABEL_ENC", "")),
            known.getOrDefault("ID_FS_UUID", ""),
            medium.removable(),
            medium.carrier().orElse(null)));
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
