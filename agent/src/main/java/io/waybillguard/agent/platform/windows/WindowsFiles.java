package io.waybillguard.agent.platform.windows;

import io.waybillguard.agent.platform.FileActivity;
import io.waybillguard.agent.platform.FileEvent;
import io.waybillguard.agent.platform.Volumes;
import io.waybillguard.agent.platform.shared.FolderWatch;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Files that are written, by the journals of the disks or, where these may not be read, by watching
 * the folders where programs usually come; and programs that are started, as the kernel's trace or
 * looks at the processes tell. Who has files in some folders open, so reads or writes them, by
 * {@link OpenFiles}; who wrote any other file is not seen.
 */
public final class WindowsFiles implements FileActivity {
  private final List<FileActivity> ways;
  private final Starts starts;
  private final @Nullable OpenFiles opened;
  private final InstantSource clock;

  private FileActivity written;

  /**
   * The folders only, and who has files in some of them open.
   *
   * @param processes learns who runs what
   * @param folders further folders to watch, whole, whose reading is told of
   * @param program looks at the open files
   */
  public WindowsFiles(
      WindowsProcesses processes,
      List<Path> folders,
      OpenFiles.Program program,
      InstantSource clock) {
    this(
        List.of(
            new FolderWatch(
                new WindowsPlaces(systemDrive(), folders),
                "a program that runs for less than a second may be missed",
                "every other folder, who wrote a file in less than a second",
                clock)),
        starts(processes, clock),
        new OpenFiles(program, folders, processes, ProcessHandle.current().pid(), clock),
        clock);
  }

  /**
   * The journals first.
   *
   * @param processes learns who runs what
   * @param volumes tells which disks can be taken out: these are not held open
   * @param data the agent's data folder, which is there: it keeps {@code journals.txt}, and nothing
   *     is told of it
   */
  public WindowsFiles(WindowsProcesses processes, Volumes volumes, Path data, InstantSource clock) {
    this(
        List.of(
            new UsnFiles(
                refused -> NtfsVolume.fixed(Libraries.HERE, volumes, refused),
                new UsnPositions(data.resolve("journals.txt")),
                new WindowsPlaces(systemDrive(), List.of()),
                data,
                clock),
            new FolderWatch(
                new WindowsPlaces(systemDrive(), List.of()),
                "run the agent as a service of LocalSystem for all of it",
                "who wrote them, every other folder, who reads files",
                clock)),
        traced(processes, clock),
        null,
        clock);
  }

  private static Path systemDrive() {
    return Path.of(System.getenv("SystemDrive") + "\\");
  }

  private static Starts traced(WindowsProcesses processes, InstantSource clock) {
    return new TracedStarts(
        () -> TraceSession.begin(new EventTracing(Libraries.HERE), TraceSource.STARTS, clock),
        starts(processes, clock),
        processes,
        pid -> ProcessHandle.of(pid).flatMap(process -> process.info().startInstant()),
        DevicePaths.of(Libraries.HERE),
        ProcessHandle.current().pid(),
        clock);
  }

  private static ProcessStarts starts(WindowsProcesses processes, InstantSource clock) {
    return new ProcessStarts(
        new Toolhelp(Libraries.HERE)::processes, processes, ProcessHandle.current().pid(), clock);
  }

  WindowsFiles(
      List<FileActivity> ways, Starts starts, @Nullable OpenFiles opened, InstantSource clock) {
    this.ways = List.copyOf(ways);
    this.written = ways.get(0);
    this.starts = starts;
    this.opened = opened;
    this.clock = clock;
  }

  @Override
  public View open() throws IOException {
    View view = best();
    starts.begin();
    String detail = view.detail() + "; " + starts.detail();
    OpenFiles looks = opened;
    if (looks == null) {
      return new View(true, detail);
    }
    looks.open();
    return new View(true, detail + "; " + looks.detail());
  }

  /** The first way that can be gone, and why those before it cannot. */
  private View best() throws IOException {
    String cannot = "";
    for (FileActivity way : ways.subList(0, ways.size() - 1)) {
      try {
        written = way;
        return way.open();
      } catch (IOException e) {
        cannot = "; " + e.getMessage();
      }
    }
    written = ways.get(ways.size() - 1);
    View view = written.open();
    return new View(view.reduced(), view.detail() + cannot);
  }

  @Override
  public List<FileEvent> await(Duration patience) throws IOException {
    Instant end = clock.instant().plus(patience);
    List<FileEvent> all = new ArrayList<>();
    do {
      Duration left = Duration.between(clock.instant(), end);
      Duration due = shorter(starts.due(), openedDue());
      Duration wait = shorter(due, left);
      List<FileEvent> files = written.await(wait.isNegative() ? Duration.ZERO : wait);
      boolean looked = starts.due().isZero() || openedDue().isZero();
      if (!looked && files.isEmpty() && clock.instant().isBefore(end)) {
        return all; // it was called, or an interrupted wait ended early
      }
      OpenFiles looks = opened;
      if (looks == null) {
        all.addAll(files);
      } else {
        // Who packs images had them open before the archive was done.
        all.addAll(looks.look());
        files.forEach(event -> all.add(byWhom(event, looks)));
      }
      if (starts.due().isZero()) {
        // What was written is told first: a program is there before it is started.
        all.addAll(starts.look());
      }
    } while (all.isEmpty() && clock.instant().isBefore(end));
    return all;
  }

  private static Duration shorter(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }

  private Duration openedDue() {
    OpenFiles looks = opened;
    return looks == null ? Duration.ofDays(1) : looks.due();
  }

  /** The folders' watch does not tell who wrote a file; a look may have seen it. */
  private static FileEvent byWhom(FileEvent event, OpenFiles looks) {
    return event instanceof FileEvent.Written one && one.by().pid() == 0
        ? new FileEvent.Written(one.file(), looks.writer(one.file()))
        : event;
  }

  @Override
  public void follow(Path file) throws IOException {
    written.follow(file);
    OpenFiles looks = opened;
    if (looks != null) {
      looks.follow(file);
    }
  }

  @Override
  public void wake() {
    ways.forEach(FileActivity::wake);
  }

  @Override
  public void close() {
    ways.forEach(FileActivity::close);
    starts.close();
    OpenFiles looks = opened;
    if (looks != null) {
      looks.close();
    }
  }
}
