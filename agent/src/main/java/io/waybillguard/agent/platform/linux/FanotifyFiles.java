package io.waybillguard.agent.platform.linux;

import io.waybillguard.agent.platform.FileActivity;
import io.waybillguard.agent.platform.FileEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Files of whole file systems through fanotify. Needs CAP_SYS_ADMIN and CAP_DAC_READ_SEARCH.
 *
 * <p>Two groups: one that tells folder and name, and one that hands over descriptors, for file
 * systems that refuse the first (overlayfs, 9p) and kernels before 5.9. The second cannot tell of
 * moves.
 */
final class FanotifyFiles implements FileActivity {
  /** Most reads in one step: 512 KiB, some 6,000 events. The rest waits in the kernel. */
  private static final int READS_A_STEP = 8;

  /**
   * The queues have no limit, but are charged to the service, which may take so much memory and no
   * more: some 40 MB of it.
   */
  private static final int MOST_KEPT = 200_000;

  private static final String DELETED = " (deleted)";

  private final LinuxProcesses processes;
  private final List<Path> locked;
  private final Predicate<MountTable.Mount> watched;
  private final List<Path> readFolders;
  private final FolderHandles folders = new FolderHandles();
  private final long ownPid = ProcessHandle.current().pid();
  private volatile @Nullable Session session;
  private boolean overflowed;

  /** All that is open at one time. */
  private record Session(
      FanotifyGroup byDescriptor,
      @Nullable FanotifyGroup byName,
      FanotifyMarks marks,
      ReadMarks reads,
      Waiter waiter) {
    void close() {
      waiter.close();
      byDescriptor.close();
      if (byName != null) {
        byName.close();
      }
    }
  }

  FanotifyFiles(LinuxProcesses processes, List<Path> locked, List<Path> readFolders) {
    this(processes, locked, readFolders, mount -> true);
  }

  FanotifyFiles(LinuxProcesses processes, List<Path> locked, Predicate<MountTable.Mount> watched) {
    this(processes, locked, List.of(), watched);
  }

  /**
   * @param locked files that this process holds locks on: no descriptor of theirs may be opened, as
   *     closing it lets go of the locks
   * @param readFolders folders in which reading is told of, with all below them
   * @param watched which of the mounts to watch; tests leave the rest of the machine alone
   */
  FanotifyFiles(
      LinuxProcesses processes,
      List<Path> locked,
      List<Path> readFolders,
      Predicate<MountTable.Mount> watched) {
    this.processes = processes;
    this.locked = List.copyOf(locked);
    this.readFolders = List.copyOf(readFolders);
    this.watched = watched;
  }

  @Override
  public View open() throws IOException {
    close();
    Session opened = session();
    session = opened;
    boolean done = false;
    try {
      List<FanotifyMarks.Watch> watches = opened.marks().refresh();
      if (watches.stream().noneMatch(FanotifyMarks.Watch::works)) {
        throw new FanotifyMissing(
            "no file system can be watched: "
                + (watches.isEmpty() ? "none is mounted" : watches.get(0).problem()));
      }
      List<String> unread = opened.reads().begin();
      processes.learnAll();
      done = true;
      return view(watches, unread);
    } finally {
      if (!done) {
        close();
      }
    }
  }

  private Session session() throws IOException {
    FanotifyGroup byDescriptor = FanotifyGroup.open(FanotifyGroup.Mode.DESCRIPTORS);
    FanotifyGroup byName = null;
    try {
      leaveAlone(byDescriptor);
      byName = namesOrNothing();
      List<Fd> queues =
          byName == null ? List.of(byDescriptor.fd()) : List.of(byDescriptor.fd(), byName.fd());
      return new Session(
          byDescriptor,
          byName,
          new FanotifyMarks(byName, byDescriptor, folders, watched),
          new ReadMarks(readFolders, byName, byDescriptor, folders),
          new Waiter(queues));
    } catch (IOException e) {
      byDescriptor.close();
      if (byName != null) {
        byName.close();
      }
      throw e;
    }
  }

  /**
   * Events of this group come with a descriptor, opened for us by the kernel. Limit: a file that is
   * made later is not left alone; the log's are there, and stay, while the log is open.
   */
  private void leaveAlone(FanotifyGroup descriptors) throws IOException {
    for (Path file : locked) {
      if (Files.exists(file)) {
        descriptors.ignore(FanotifyMarks.BY_DESCRIPTOR, file);
      }
    }
  }

  private static @Nullable FanotifyGroup namesOrNothing() throws IOException {
    try {
      return FanotifyGroup.open(FanotifyGroup.Mode.NAMES);
    } catch (FanotifyMissing e) {
      return null; // before kernel 5.9; the marks will say what that costs
    }
  }

  private View view(List<FanotifyMarks.Watch> watches, List<String> unread) {
    List<String> problems =
        Stream.concat(watches.stream().map(FanotifyMarks.Watch::problem), unread.stream())
            .filter(problem -> !problem.isEmpty())
            .toList();
    long watched = watches.stream().filter(FanotifyMarks.Watch::works).count();
    String detail =
        "programs written, moved and started on "
            + watched
            + " file systems"
            + (readFolders.isEmpty() ? "" : ", reading in " + readFolders.size() + " folders");
    return new View(
        !problems.isEmpty(),
        problems.isEmpty() ? detail : detail + "; " + String.join("; ", problems));
  }

  @Override
  public List<FileEvent> await(Duration patience) throws IOException {
    Session open = session;
    if (open == null) {
      throw new IllegalStateException("files are not watched; call open() first");
    }
    if (overflowed) {
      throw new IOException(
          "file events were lost: the kernel had no memory left for its queue; what was written"
              + " or started meanwhile is not known");
    }
    Waiter.Woken woken = open.waiter().await(patience);
    List<FileEvent> told = new ArrayList<>();
    if (woken.mounts()) {
      folders.forget();
      for (FanotifyMarks.Watch watch : open.marks().refresh()) {
        if (watch.isNew() && watch.medium() && !watch.problem().isEmpty()) {
          told.add(new FileEvent.Unwatched(watch.mountPoint(), watch.problem()));
        }
      }
      // A folder to read in may lie on what was mounted. What it lacks was said when it was opened.
      List<String> unused = open.reads().begin();
      told.add(new FileEvent.VolumesChanged());
    }
    if (woken.events()) {
      try {
        // Descriptors first: programs started from an overlay then have names when they write.
        drain(open.byDescriptor(), open.reads(), told);
        FanotifyGroup byName = open.byName();
        if (byName != null) {
          drain(byName, open.reads(), told);
        }
      } finally {
        folders.endBatch();
      }
    }
    return told;
  }

  private void drain(FanotifyGroup group, ReadMarks reads, List<FileEvent> told)
      throws IOException {
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
          tell(event, reads, told, once);
        }
      } finally {
        events.subList(done, events.size()).forEach(FanotifyEvent::release);
      }
    }
  }

  private void tell(FanotifyEvent event, ReadMarks reads, List<FileEvent> told, Set<FileEvent> once)
      throws IOException {
    if (event.has(FanotifyEvent.Q_OVERFLOW)) {
      overflowed = true; // thrown at the next step, after what was not lost has been told
      return;
    }
    Optional<Path> file = file(event);
    if (event.has(FanotifyEvent.ONDIR)) {
      if (event.has(FanotifyEvent.MOVED_TO)) {
        folders.forget(); // a folder has another path now, and so has all below it
        file.ifPresent(reads::moved);
      }
      return;
    }
    if (file.isEmpty()) {
      return;
    }
    Path path = file.get();
    if (event.pid() == ownPid) {
      if (event.has(FanotifyEvent.CLOSE_WRITE)
          && path.getFileName().toString().startsWith(FileEvent.SIGN)) {
        tellOnce(new FileEvent.Shown(path), told, once);
      }
      return;
    }
    // Merged events: written, then read or run. The other way round the file is busy (ETXTBSY).
    if (event.has(FanotifyEvent.CLOSE_WRITE | FanotifyEvent.MOVED_TO)) {
      reads.written(path);
      tellOnce(new FileEvent.Written(path, processes.of(event.pid())), told, once);
    }
    if (event.has(FanotifyMarks.READS)) {
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
      return folders.path(place);
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

  @Override
  public boolean keepsAll() throws IOException {
    return session != null && kept() < MOST_KEPT;
  }

  @Override
  public long kept() throws IOException {
    Session open = session;
    if (open == null) {
      return 0;
    }
    FanotifyGroup byName = open.byName();
    return open.byDescriptor().waiting() + (byName == null ? 0 : byName.waiting());
  }

  @Override
  public void follow(Path file) throws IOException {
    Session open = session;
    if (open == null) {
      throw new IllegalStateException("files are not watched; call open() first");
    }
    open.reads().follow(file);
  }

  @Override
  public void wake() {
    Session open = session;
    if (open != null) {
      open.waiter().wake();
    }
  }

  @Override
  public void close() {
    Session open = session;
    if (open != null) {
      session = null;
      open.close();
    }
    folders.close();
    overflowed = false;
  }
}
