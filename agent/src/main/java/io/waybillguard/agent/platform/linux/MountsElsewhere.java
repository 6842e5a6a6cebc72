package io.waybillguard.agent.platform.linux;

import io.waybillguard.agent.platform.linux.MountTable.Mount;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Mount points below which there are no files of this machine: what the kernel makes up, and what
 * lies on other computers, whose own agents look at it. Names of file systems: {@code
 * /proc/filesystems}, mount(8), and mount.fuse3(8) for those with {@code fuse.}.
 */
public final class MountsElsewhere {
  private static final Set<String> FAR =
      Set.of(
          "afs",
          "ceph",
          "cifs",
          "fuse.curlftpfs",
          "fuse.davfs2",
          "fuse.glusterfs",
          "fuse.gvfsd-fuse",
          "fuse.rclone",
          "fuse.sshfs",
          "nfs",
          "nfs4",
          "smb3");

  private MountsElsewhere() {}

  /**
   * As things are mounted now.
   *
   * @param mountinfo {@code /proc/self/mountinfo}
   * @throws IOException if the mounts cannot be read
   */
  public static Predicate<Path> now(Path mountinfo) throws IOException {
    Set<Path> points = new HashSet<>();
    for (Mount mount : MountTable.read(mountinfo)) {
      Path point = RawPath.of(mount.mountPoint());
      if (mount.isMadeUp() || FAR.contains(mount.fileSystem())) {
        points.add(point);
      } else {
        points.remove(point); // mounted over it later
      }
    }
    return points::contains;
  }
}
