package io.waybillguard.agent.platform.linux;

import io.waybillguard.agent.platform.FileActivity;
import io.waybillguard.agent.platform.FileEvent;
import io.waybillguard.agent.platform.ProcessFacts;
import io.waybillguard.agent.platform.Volumes;
import io.waybillguard.agent.platform.shared.FolderTree;
import io.waybillguard.agent.platform.shared.FolderWatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Files on Linux: whole file systems by fanotify where it can be had, else some folders.
 *
 * <p>When it is opened again after it was blind, the usual places of programs are looked over, and
 * what changed in them meanwhile is told first, by nobody known.
 */
public final class LinuxFiles implements FileActivity {
  private static final Logger LOG = LoggerFactory.getLogger(LinuxFiles.class);
  private static final int FOLDERS_TO_LOOK_OVER = 2_000;
  private static final int READ_DEPTH = 8;

  /** File times may be coarser than the clock, and behind it by a tick. */
  private static final Duration TICK = Duration.ofSeconds(2);

  private final FanotifyFiles fanotify;
  private final UsualPlaces places;
  private final List<Path> locked;
  private final List<Path> readFolders;
  private final InstantSource clock;
  private final List<FileEvent> missed = new ArrayList<>();
  private volatile @Nullable FileActivity current;
  private @Nullable Instant lastGoodLook;

  /**
   * @param processes learns from the files' events who runs what; ask the same one
   * @param volumes tells which media are removable
   * @param locked files that this process holds locks on, which closing them would let go of: they
   *     are never opened and nothing is told of them, by whatever name
   */
  public LinuxFiles(
      LinuxProcesses processes, Volumes volumes, List<Path> locked, InstantSource clock) {
    this(processes, volumes, locked, List.of(), clock);
  }

  /**
   * @param readFolders folders in which reading is told of too, with all below them, by their real
   *     paths
   */
  public LinuxFiles(
      LinuxProcesses processes,
      Volumes volumes,
      List<Path> locked,
      List<Path> readFolders,
      InstantSource clock) {
    this.fanotify = new FanotifyFiles(processes, locked, readFolders);
    this.readFolders = List.copyOf(readFolders);
    this.locked = List.copyOf(locked);
    this.places = new UsualPlaces(Path.of("/etc/passwd"), volumes);
    this.clock = clock;
  }

  @Override
  public View open() throws IOException {
    close();
    View view;
    try {
      view = fanotify.open();
      current = fanotify;
    } catch (FanotifyMissing e) {
      FolderWatch folders =
          new FolderWatch(
              this::places,
              e.getMessage() + "; run the agent as root on kernel 5.1 or later",
              clock);
      view = folders.open();
      current = folders;
    }
    if (lastGoodLook != null) {
      lookOver(lastGoodLook);
    }
    return view;
  }

  /** The usual places of programs, and the folders whose reading was asked for. */
  private List<FolderTree.Root> places() throws IOException {
    List<FolderTree.Root> all = new ArrayList<>(places.list());
    for (Path folder : readFolders) {
      if (Files.isDirectory(folder)) {
        all.add(0, new FolderTree.Root(folder, READ_DEPTH));
      }
    }
    return all;
  }

  private void lookOver(Instant since) throws IOException {
    for (FolderTree.Root root : places()) {
      for (FolderTree.Root folder : FolderTree.below(root, FOLDERS_TO_LOOK_OVER)) {
        for (Path file : FolderTree.changedSince(folder.folder(), since.minus(TICK))) {
          missed.add(new FileEvent.Written(file, ProcessFacts.UNKNOWN));
        }
      }
    }
  }

  @Override
  public List<FileEvent> await(Duration patience) throws IOException {
    FileActivity open = current;
    if (open == null) {
      throw new IllegalStateException("files are not watched; call open() first");
    }
    List<FileEvent> told = new ArrayList<>(missed);
    missed.clear();
    told.addAll(open.await(told.isEmpty() ? patience : Duration.ZERO));
    if (!told.isEmpty()) {
      Set<Object> untouchable = new HashSet<>();
      locked.forEach(file -> key(file).ifPresent(untouchable::add));
      told.removeIf(
          event ->
              fileOf(event).flatMap(LinuxFiles::key).filter(untouchable::contains).isPresent());
    }
    lastGoodLook = clock.instant();
    return told;
  }

  private static Optional<Path> fileOf(FileEvent event) {
    if (event instanceof FileEvent.Written written) {
      return Optional.of(written.file());
    }
    if (event instanceof FileEvent.Started started) {
      return Optional.of(started.file());
    }
    return event instanceof FileEvent.Read read ? Optional.of(read.file()) : Optional.empty();
  }

  /** What file it is, whatever its name; empty when it is gone. Found out without opening it. */
  private static Optional<Object> key(Path file) {
    try {
      return Optional.ofNullable(Files.readAttributes(file, BasicFileAttributes.class).fileKey());
    } catch (IOException e) {
      LOG.debug("file={} is gone: {}", file, e.toString());
      return Optional.empty();
    }
  }

  @Override
  public boolean keepsAll() throws IOException {
    FileActivity open = current;
    return open != null && open.keepsAll();
  }

  @Override
  public long kept() throws IOException {
    FileActivity open = current;
    return open == null ? 0 : open.kept();
  }

  @Override
  public void follow(Path file) throws IOException {
    FileActivity open = current;
    if (open == null) {
      throw new IllegalStateException("files are not watched; call open() first");
    }
    open.follow(file);
  }

  @Override
  public void wake() {
    FileActivity open = current;
    if (open != null) {
      open.wake();
    }
  }

  @Override
  public void close() {
    FileActivity open = current;
    if (open != null) {
      current = null;
      open.close();
    }
  }
}
