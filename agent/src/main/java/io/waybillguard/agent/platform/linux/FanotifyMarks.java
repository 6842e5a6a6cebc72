package io.waybillguard.agent.platform.linux;

import io.waybillguard.agent.platform.PathText;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Which file systems are watched, by which of the two groups, and what cannot be seen of them. */
final class FanotifyMarks {
  /** A copier closes its copy before the original, so the close alone would come too late. */
  static final long READS = FanotifyEvent.ACCESS | FanotifyEvent.CLOSE_NOWRITE;

  private static final long WRITES = FanotifyEvent.CLOSE_WRITE;
  private static final long MOVES = FanotifyEvent.MOVED_TO | FanotifyEvent.ONDIR;
  private static final long STARTS = FanotifyEvent.OPEN_EXEC;

  /** All that a group that hands over descriptors is ever asked for. */
  static final long BY_DESCRIPTOR = WRITES | STARTS | READS;

  private static final Path MOUNT_TABLE = Path.of("/proc/self/mountinfo");

  private final @Nullable FanotifyGroup byName;
  private final FanotifyGroup byDescriptor;
  private final FolderHandles folders;
  private final Predicate<MountTable.Mount> watched;
  private final BlockDevices blocks = new BlockDevices(Path.of("/sys"));

  /** Mounts by device number, as of the last look. */
  private Map<String, Set<Integer>> known = Map.of();

  /**
   * What became of the wish to watch a file system.
   *
   * @param isNew whether it was not there at the last look
   * @param problem what cannot be seen, and why; "" when all can be
   * @param medium whether it lies on a medium: those of containers come and go by the dozen, and
   *     what is written there is written to a disk that is watched
   */
  record Watch(Path mountPoint, boolean isNew, boolean works, String problem, boolean medium) {}

  /**
   * A way to watch.
   *
   * @param lack what cannot be seen by it
   * @param allIfReadOnly whether nothing is missed where nothing can be moved
   */
  private record Attempt(Marking mark, String lack, boolean allIfReadOnly) {}

  private interface Marking {
    void run() throws IOException;
  }

  /** What a way to watch lacks, and why no better one was to be had. */
  private record Outcome(boolean works, String problem) {}

  /**
   * @param byName the group that tells folder and name; null where there is none
   * @param folders learns where the file systems are mounted whose events have handles
   * @param watched which of the mounts to watch
   */
  FanotifyMarks(
      @Nullable FanotifyGroup byName,
      FanotifyGroup byDescriptor,
      FolderHandles folders,
      Predicate<MountTable.Mount> watched) {
    this.byName = byName;
    this.byDescriptor = byDescriptor;
    this.folders = folders;
    this.watched = watched.and(mount -> !mount.isMadeUp());
  }

  /**
   * Marks every file system that is mounted.
   *
   * <p>A mark ends with the last unmounting of its file system, and another medium may be mounted
   * with the same numbers before anybody looked. So every medium is marked again at each look,
   * which changes nothing where the mark is there; only what lies on none is left alone once it is
   * known.
   */
  List<Watch> refresh() throws IOException {
    List<MountTable.Mount> all = MountTable.read(MOUNT_TABLE);
    Map<String, List<MountTable.Mount>> byDevice = new LinkedHashMap<>();
    for (MountTable.Mount mount : all) {
      if (watched.test(mount)) {
        byDevice.computeIfAbsent(mount.device(), d -> new ArrayList<>()).add(mount);
      }
    }
    List<Watch> watches = new ArrayList<>();
    Map<String, Set<Integer>> now = new HashMap<>();
    for (Map.Entry<String, List<MountTable.Mount>> one : byDevice.entrySet()) {
      Set<Integer> ids = new HashSet<>();
      one.getValue().forEach(mount -> ids.add(mount.id()));
      now.put(one.getKey(), ids);
      Set<Integer> before = known.getOrDefault(one.getKey(), Set.of());
      boolean isNew = ids.stream().noneMatch(before::contains);
      watch(one.getValue(), all, isNew).ifPresent(watches::add);
    }
    known = now;
    return watches;
  }

  private Optional<Watch> watch(
      List<MountTable.Mount> mounts, List<MountTable.Mount> all, boolean isNew) throws IOException {
    // The whole file system where it is mounted, not a folder of it that is bound elsewhere.
    MountTable.Mount mount =
        mounts.stream().filter(m -> m.root().equals("/")).findFirst().orElse(mounts.get(0));
    Path mountPoint;
    try {
      mountPoint = RawPath.of(mount.mountPoint());
    } catch (IOException e) {
      return Optional.empty(); // unmounted since the table was read
    }
    long reads =
        blocks.medium(mount, all).map(BlockDevices.Medium::removable).orElse(false) ? READS : 0;
    Outcome outcome = byName(mount, reads);
    if (!outcome.works()) {
      String where = "on " + PathText.of(mountPoint) + " (" + mount.fileSystem() + ") ";
      outcome = byDescriptor(mount, reads, where, outcome.problem());
    }
    return Optional.of(
        new Watch(mountPoint, isNew, outcome.works(), outcome.problem(), mount.hasBlockDevice()));
  }

  private Outcome byName(MountTable.Mount mount, long reads) {
    FanotifyGroup names = byName;
    if (names == null) {
      return new Outcome(false, "this kernel does not tell names");
    }
    long mask = WRITES | MOVES | STARTS | reads;
    try {
      names.markFileSystem(mask, mount.mountPoint());
    } catch (IOException e) {
      return new Outcome(false, String.valueOf(e.getMessage()));
    }
    try {
      folders.add(mount.mountPoint());
      return new Outcome(true, "");
    } catch (IOException e) {
      // Marked, but its events could not be understood: overlayfs of kernel 6.6 and later.
      names.unmarkFileSystem(mask, mount.mountPoint());
      return new Outcome(false, String.valueOf(e.getMessage()));
    }
  }

  /**
   * From the most that can be had to the least: old kernels know neither whole file systems (4.20)
   * nor starts (5.0).
   */
  private Outcome byDescriptor(
      MountTable.Mount mount, long reads, String where, String whyNotByName) {
    String at = mount.mountPoint();
    List<Attempt> attempts =
        List.of(
            new Attempt(
                () -> byDescriptor.markFileSystem(WRITES | STARTS | reads, at),
                "moves are not seen",
                true),
            new Attempt(
                () -> byDescriptor.markMount(WRITES | STARTS | reads, at),
                "moves, and what is reached by another mount, are not seen",
                false),
            new Attempt(
                () -> byDescriptor.markMount(WRITES | reads, at),
                "moves and starts, and what is reached by another mount, are not seen",
                false));
    String why = whyNotByName;
    for (Attempt attempt : attempts) {
      try {
        attempt.mark().run();
        boolean all = mount.readOnly() && attempt.allIfReadOnly();
        return new Outcome(true, all ? "" : where + attempt.lack() + ": " + why);
      } catch (IOException e) {
        why = String.valueOf(e.getMessage());
      }
    }
    return new Outcome(false, where + "nothing is seen: " + why);
  }
}
