package io.waybillguard.agent.platform.linux;

import io.waybillguard.agent.platform.FileActivity;
import io.waybillguard.agent.platform.FileEvent;
import io.waybillguard.agent.platform.ProcessFacts;
import io.waybillguard.agent.platform.Volumes;
import io.waybillguard.agent.platform.shared.FolderTree;
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
 * Files on Linux: whole file systems by fanotify where it can be had, else some folders.
 *
 * <p>When it is opened again after it was blind, the usual places of programs are looked over, and
 * what changed in them meanwhile is told first, by nobody known.
 */
public final class LinuxFiles implements FileActivity {
  private static final int FOLDERS_TO_LOOK_OVER = 2_000;

  /** File times may be coarser than the clock, and behind it by a tick. */
  private static final Duration TICK = Duration.ofSeconds(2);

  private final FanotifyFiles fanotify;
  private final UsualPlaces places;
  private final InstantSource clock;
  private final List<FileEvent> missed = new ArrayList<>();
  private volatile @Nullable FileActivity current;
  private @Nullable Instant lastGoodLook;

  /**
   * @param processes learns from the files' events who runs what; ask the same one
   * @param volumes tells which media are removable
   */
  public LinuxFiles(LinuxProcesses processes, Volumes volumes, InstantSource clock) {
    this.fanotify = new FanotifyFiles(processes);
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
              places::list,
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

  private void lookOver(Instant since) throws IOException {
    for (FolderTree.Root root : places.list()) {
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
    lastGoodLook = clock.instant();
    return told;
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
