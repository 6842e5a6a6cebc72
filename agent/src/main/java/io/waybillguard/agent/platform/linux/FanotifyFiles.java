package io.waybillguard.agent.platform.linux;

import io.waybillguard.agent.platform.FileActivity;
import io.waybillguard.agent.platform.FileEvent;
import io.waybillguard.agent.platform.PathText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
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

/**
 * Files of whole file systems through fanotify. Needs CAP_SYS_ADMIN and CAP_DAC_READ_SEARCH.
 *
 * <p>Two groups: one that tells folder and name, and one that hands over descriptors, for file
 * systems that refuse the first (overlayfs, 9p) and kernels before 5.9. The second cannot tell of
 * moves.
 */
final class FanotifyFiles implements FileActivity {
  /** File systems in which no program can be put, or only by the kernel itself. */
  private static final Set<String> NO_FILES =
      Set.of(
          "autofs",
          "binfmt_misc",
          "bpf",
          "cgroup",
          "cgroup2",
          "configfs",
          "cpuset",
          "debugfs",
          "devpts",
          "devtmpfs",
          "efivarfs",
          "fusectl",
          "hugetlbfs",
          "mqueue",
          "nsfs",
          "proc",
          "pstore",
          "rpc_pipefs",
          "securityfs",
          "selinuxfs",
          "smackfs",
          "sysfs",
          "tracefs");

  private static final long WRITES = FanotifyEvent.CLOSE_WRITE;
  private static final long MOVES = FanotifyEvent.MOVED_TO | FanotifyEvent.ONDIR;
  private static final long STARTS = FanotifyEvent.OPEN_EXEC;

  /** A copier closes its copy before the original, so the close alone would come too late. */
  private static final long READS = FanotifyEvent.ACCESS | FanotifyEvent.CLOSE_NOWRITE;

  /** Most reads in one step: 512 KiB, some 6,000 events. The rest waits in the kernel. */
  private static final int READS_A_STEP = 8;

  private static final String DELETED = " (deleted)";
  private static final Path MOUNT_TABLE = Path.of("/proc/self/mountinfo");

  private final LinuxProcesses processes;
  private final List<Path> locked;
  private final Predicate<MountTable.Mount> watched;
  private final BlockDevices blocks = new BlockDevices(Path.of("/sys"));
  private final FolderHandles folders = new FolderHandles();
  private final long ownPid = ProcessHandle.current().pid();

  /** Mounts by device number, as they were when their file system was marked. */
  private final Map<String, Set<Integer>> marked = new HashMap<>();

  private @Nullable FanotifyGroup byName;
  private @Nullable FanotifyGroup byDescriptor;
  private volatile @Nullable Waiter waiter;
  private boolean overflowed;

  FanotifyFiles(LinuxProcesses processes, List<Path> locked) {
    this(processes, locked, mount -> true);
  }

  /**
   * @param locked files that this process holds locks on: no descriptor of theirs may be opened, as
   *     closing it lets go of the locks
   * @param watched which of the mounts to watch; tests leave the rest of the machine alone
   */
  FanotifyFiles(LinuxProcesses processes, List<Path> locked, Predicate<MountTable.Mount> watched) {
    this.processes = processes;
    this.locked = List.copyOf(locked);
    this.watched = watched.and(mount -> !NO_FILES.contains(mount.fileSystem()));
  }

  @Override
  public View open() throws IOException {
    close();
    boolean done = false;
    try {
      FanotifyGroup descriptors = FanotifyGroup.open(FanotifyGroup.Mode.DESCRIPTORS);
      byDescriptor = descriptors;
      leaveAlone(descriptors);
      List<Fd> queues = new ArrayList<>(List.of(byDescriptor.fd()));
      String noNames = "";
      try {
        byName = FanotifyGroup.open(FanotifyGroup.Mode.NAMES);
        queues.add(byName.fd());
      } catch (IOException e) {
        noNames = "; moves are not seen: " + e.getMessage() + ", needs kernel 5.9";
      }
      waiter = new Waiter(queues);
      List<Watch> watches = watchNew();
      if (watches.stream().noneMatch(Watch::works)) {
        throw new FanotifyMissing(
            "no file system can be watched: "
                + (watches.isEmpty() ? "none is mounted" : watches.get(0).problem()));
      }
      processes.learnAll();
      done = true;
      return view(watches, noNames);
    } finally {
      if (!done) {
        close();
      }
    }
  }

  /**
   * Events of this group come with a descriptor, opened for us by the kernel. Limit: a file that is
   * made later is not left alone; the log's are there, and stay, while the log is open.
   */
  private void leaveAlone(FanotifyGroup descriptors) throws IOException {
    for (Path file : locked) {
      if (Files.exists(file)) {
        descriptors.ignore(WRITES | STARTS | READS, file);
      }
    }
  }

  private static View view(List<Watch> watches, String noNames) {
    List<String> problems =
        watches.stream().filter(w -> !w.problem().isEmpty()).map(Watch::problem).toList();
    long whole = watches.stream().filter(Watch::works).count();
    String detail = "programs written, moved and started on " + whole + " file systems" + noNames;
    return new View(
        !problems.isEmpty() || !noNames.isEmpty(),
        problems.isEmpty() ? detail : detail + "; " + String.join("; ", problems));
  }

  @Override
  public List<FileEvent> await(Duration patience) throws IOException {
    Waiter open = waiter;
    FanotifyGroup descriptors = byDescriptor;
    if (open == null || descriptors == null) {
      throw new IllegalStateException("files are not watched; call open() first");
    }
    if (overflowed) {
      throw new IOException(
          "file events were lost: the kernel had no memory left for its queue; what was written"
              + " or started meanwhile is not known");
    }
    Waiter.Woken woken = open.await(patience);
    List<FileEvent> told = new ArrayList<>();
    if (woken.mounts()) {
      folders.forget();
      for (Watch watch : watchNew()) {
        if (!watch.problem().isEmpty() && watch.medium()) {
          told.add(new FileEvent.Unwatched(watch.mountPoint(), watch.problem()));
        }
      }
      told.add(new FileEvent.VolumesChanged());
    }
    if (woken.events()) {
      try {
        // Descriptors first: programs started from an overlay then have names when they write.
        drain(descriptors, told);
        if (byName != null) {
          drain(byName, told);
        }
      } finally {
        folders.endBatch();
      }
    }
    return told;
  }

  private void drain(FanotifyGroup group, List<FileEvent> told) throws IOException {
    // A program that closes a file a thousand times, or reads it in as many pieces, is told of
    // once.
    Set<FileEvent> once = new HashSet<>();
    for (int i = 0; i < READS_A_STEP; i++) {
      List<FanotifyEvent> events = group.read();
      if (events.isEmpty()) {
        return;
      }
      int done = 0;
      try {
        for (FanotifyEvent event : events) {
          done++;
          tell(event, told, once);
        }
      } finally {
        events.subList(done, events.size()).forEach(FanotifyEvent::release);
      }
    }
  }

  private void tell(FanotifyEvent event, List<FileEvent> told, Set<FileEvent> once)
      throws IOException {
    if (event.has(FanotifyEvent.Q_OVERFLOW)) {
      overflowed = true; // thrown at the next step, after what was not lost has been told
      return;
    }
    Optional<Path> file = file(event);
    if (event.has(FanotifyEvent.ONDIR)) {
      if (event.has(FanotifyEvent.MOVED_TO)) {
        folders.forget(); // a folder has another path now, and so has all below it
      }
      return;
    }
    if (file.isEmpty() || event.pid() == ownPid) {
      return;
    }
    Path path = file.get();
    // Merged events: written, then read or run. The other way round the file is busy (ETXTBSY).
    if (event.has(FanotifyEvent.CLOSE_WRITE | FanotifyEvent.MOVED_TO)) {
      tellOnce(new FileEvent.Written(path, processes.of(event.pid())), told, once);
    }
    if (event.has(READS)) {
      tellOnce(new FileEvent.Read(path, processes.of(event.pid())), told, once);
    }
    if (event.has(FanotifyEvent.OPEN_EXEC) && !isLoader(path)) {
      told.add(new FileEvent.Started(path, processes.runs(event.pid(), path)));
    }
  }

  private static void tellOnce(FileEvent one, List<FileEvent> told, Set<FileEvent> once) {
    if (once.add(one)) {
      told.add(one);
    }
  }

  private Optional<Path> file(FanotifyEvent event) throws IOException {
    FanotifyEvent.Place place = event.place();
    if (place != null) {
      return event.has(FanotifyEvent.ONDIR) ? Optional.empty() : folders.path(place);
    }
    if (event.fd() < 0) {
      return Optional.empty();
    }
    try (Fd fd = Fd.of(event.fd(), "fanotify")) {
      return Optional.of(undeleted(RawPath.of(fd)));
    }
  }

  /** The kernel adds a word to the path of a file that is gone (proc_pid_fd(5)). */
  private static Path undeleted(Path path) throws IOException {
    String bytes = RawPath.bytes(path);
    return bytes.endsWith(DELETED) && !Files.exists(path, LinkOption.NOFOLLOW_LINKS)
        ? RawPath.of(bytes.substring(0, bytes.length() - DELETED.length()))
        : path;
  }

  /**
   * The dynamic loader is opened for execution after every program that is linked with it, by the
   * same process; it is not what was started. Names: ld.so(8). Only in the system's own folders: a
   * program of that name anywhere else is a program.
   */
  static boolean isLoader(Path path) {
    String name = path.getFileName().toString();
    return (path.startsWith("/usr") || path.startsWith("/lib") || path.startsWith("/lib64"))
        && name.startsWith("ld")
        && (name.startsWith("ld-") || name.startsWith("ld.so") || name.startsWith("ld64.so"))
        && name.contains(".so");
  }

  /**
   * What became of the wish to watch a file system.
   *
   * @param problem what cannot be seen, and why; "" when all can be
   * @param medium whether it lies on a medium: those of containers come and go by the dozen, and
   *     what is written there is written to a disk that is watched
   */
  private record Watch(Path mountPoint, boolean works, String problem, boolean medium) {}

  /**
   * Marks every file system that is not yet marked. A mark ends with the last unmounting of its
   * file system, so one of which every old mount is gone is marked again.
   */
  private List<Watch> watchNew() throws IOException {
    Map<String, List<MountTable.Mount>> byDevice = new LinkedHashMap<>();
    List<MountTable.Mount> all = MountTable.read(MOUNT_TABLE);
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
      Set<Integer> before = marked.getOrDefault(one.getKey(), Set.of());
      if (ids.stream().noneMatch(before::contains)) {
        watch(one.getValue(), all).ifPresent(watches::add);
      }
      now.put(one.getKey(), ids);
    }
    marked.clear();
    marked.putAll(now);
    return watches;
  }

  private Optional<Watch> watch(List<MountTable.Mount> mounts, List<MountTable.Mount> all)
      throws IOException {
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
    FanotifyGroup names = byName;
    String why = "";
    if (names != null) {
      try {
        names.markFileSystem(WRITES | MOVES | STARTS | reads, mount.mountPoint());
        try {
          folders.add(mount.mountPoint());
          return Optional.of(new Watch(mountPoint, true, "", mount.hasBlockDevice()));
        } catch (IOException e) {
          names.unmarkFileSystem(WRITES | MOVES | STARTS | reads, mount.mountPoint());
          why = e.getMessage();
        }
      } catch (IOException e) {
        why = e.getMessage();
      }
    }
    return Optional.of(watchByDescriptor(mount, mountPoint, reads, String.valueOf(why)));
  }

  private Watch watchByDescriptor(
      MountTable.Mount mount, Path mountPoint, long reads, String whyNotByName) {
    FanotifyGroup descriptors = byDescriptor;
    if (descriptors == null) {
      throw new IllegalStateException("files are not watched; call open() first");
    }
    String where = PathText.of(mountPoint) + " (" + mount.fileSystem() + ")";
    // From the most that can be had to the least: old kernels know neither whole file systems
    // (4.20) nor starts (5.0).
    List<Attempt> attempts =
        List.of(
            new Attempt(
                () -> descriptors.markFileSystem(WRITES | STARTS | reads, mount.mountPoint()),
                "moves are not seen",
                true),
            new Attempt(
                () -> descriptors.markMount(WRITES | STARTS | reads, mount.mountPoint()),
                "moves, and what is reached by another mount, are not seen",
                false),
            new Attempt(
                () -> descriptors.markMount(WRITES | reads, mount.mountPoint()),
                "moves and starts, and what is reached by another mount, are not seen",
                false));
    String why = whyNotByName;
    for (Attempt attempt : attempts) {
      try {
        attempt.mark().run();
        boolean all = mount.readOnly() && attempt.allIfReadOnly();
        return new Watch(
            mountPoint,
            true,
            all ? "" : "on " + where + " " + attempt.lack() + ": " + why,
            mount.hasBlockDevice());
      } catch (IOException e) {
        why = String.valueOf(e.getMessage());
      }
    }
    return new Watch(mountPoint, false, where + " is not watched: " + why, mount.hasBlockDevice());
  }

  /**
   * A way to watch.
   *
   * @param lack what cannot be seen by it
   * @param allIfReadOnly whether nothing is missed on a medium on which nothing can be moved
   */
  private record Attempt(Marking mark, String lack, boolean allIfReadOnly) {}

  private interface Marking {
    void run() throws IOException;
  }

  @Override
  public void wake() {
    Waiter open = waiter;
    if (open != null) {
      open.wake();
    }
  }

  @Override
  public void close() {
    Waiter open = waiter;
    if (open != null) {
      open.close();
      waiter = null;
    }
    if (byName != null) {
      byName.close();
      byName = null;
    }
    if (byDescriptor != null) {
      byDescriptor.close();
      byDescriptor = null;
    }
    folders.close();
    marked.clear();
    overflowed = false;
  }
}
