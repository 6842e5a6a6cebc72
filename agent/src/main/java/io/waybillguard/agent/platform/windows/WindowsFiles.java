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

/**
 * Files that are written, by the journals of the disks or, where these may not be read, by watching
 * the folders where programs usually come; and programs that are started, by looking at the
 * processes every now and then.
 *
 * <p>Who wrote a file and who reads one is not seen here.
 */
public final class WindowsFiles implements FileActivity {
  private static final String UNSEEN = "who wrote them, every other folder, who reads files";

  private final List<FileActivity> ways;
  private final ProcessStarts starts;
  private final InstantSource clock;

  private FileActivity written;

  /**
   * The folders only.
   *
   * @param processes learns who runs what
   * @param folders further folders to watch, whole
   */
  public WindowsFiles(WindowsProcesses processes, List<Path> folders, InstantSource clock) {
    this(
        List.of(watch(folders, "a program that runs for less than a second may be missed", clock)),
        starts(processes, clock),
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
                refused -> NtfsVolume.fixed(volumes, refused),
                new UsnPositions(data.resolve("journals.txt")),
                new WindowsPlaces(systemDrive(), List.of()),
                data,
                clock),
            watch(List.of(), "run the agent as a service of LocalSystem for all of it", clock)),
        starts(processes, clock),
        clock);
  }

  private static Path systemDrive() {
    return Path.of(System.getenv("SystemDrive") + "\\");
  }

  private static FileActivity watch(List<Path> folders, String why, InstantSource clock) {
    return new FolderWatch(new WindowsPlaces(systemDrive(), folders), why, UNSEEN, clock);
  }

  private static ProcessStarts starts(WindowsProcesses processes, InstantSource clock) {
    return new ProcessStarts(Toolhelp::processes, processes, ProcessHandle.current().pid(), clock);
  }

  WindowsFiles(List<FileActivity> ways, ProcessStarts starts, InstantSource clock) {
    this.ways = List.copyOf(ways);
    this.written = ways.get(0);
    this.starts = starts;
    this.clock = clock;
  }

  @Override
  public View open() throws IOException {
    View view = best();
    starts.begin();
    return new View(true, view.detail() + "; starts of programs by looking at the processes");
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
      Duration due = starts.due();
      Duration wait = due.compareTo(left) < 0 ? due : left;
      List<FileEvent> files = written.await(wait.isNegative() ? Duration.ZERO : wait);
      if (starts.due().isZero()) {
        // What was written is told first: a program is there before it is started.
        all.addAll(files);
        all.addAll(starts.look());
      } else if (files.isEmpty() && clock.instant().isBefore(end)) {
        return all; // it was called, or an interrupted wait ended early
      } else {
        all.addAll(files);
      }
    } while (all.isEmpty() && clock.instant().isBefore(end));
    return all;
  }

  @Override
  public void follow(Path file) throws IOException {
    written.follow(file);
  }

  @Override
  public void wake() {
    ways.forEach(FileActivity::wake);
  }

  @Override
  public void close() {
    ways.forEach(FileActivity::close);
  }
}
