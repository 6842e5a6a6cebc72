package io.waybillguard.agent.platform.windows;

import io.waybillguard.agent.platform.FileActivity;
import io.waybillguard.agent.platform.FileEvent;
import io.waybillguard.agent.platform.shared.FolderWatch;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/**
 * Files that are written, by watching the folders where programs usually come, and programs that
 * are started, by looking at the processes every now and then.
 *
 * <p>Who wrote a file and who reads one is not seen here.
 */
public final class WindowsFiles implements FileActivity {
  private static final String UNSEEN = "who wrote them, every other folder, who reads files";

  private final FileActivity written;
  private final ProcessStarts starts;
  private final InstantSource clock;

  /**
   * @param processes learns who runs what
   * @param folders further folders to watch, whole
   */
  public WindowsFiles(WindowsProcesses processes, List<Path> folders, InstantSource clock) {
    this(
        new FolderWatch(
            new WindowsPlaces(Path.of(System.getenv("SystemDrive") + "\\"), folders),
            "a program that runs for less than a second may be missed",
            UNSEEN,
            clock),
        new ProcessStarts(Toolhelp::processes, processes, ProcessHandle.current().pid(), clock),
        clock);
  }

  WindowsFiles(FileActivity written, ProcessStarts starts, InstantSource clock) {
    this.written = written;
    this.starts = starts;
    this.clock = clock;
  }

  @Override
  public View open() throws IOException {
    View view = written.open();
    starts.begin();
    return new View(true, view.detail() + "; starts of programs by looking at the processes");
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
    written.wake();
  }

  @Override
  public void close() {
    written.close();
  }
}
