package io.waybillguard.agent.platform.linux;

import io.waybillguard.agent.platform.shared.FolderTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whose reading is told: some folders with all below them, and single files.
 *
 * <p>One mark a folder and none on the file system, since reading is what a machine does most: a
 * mark there would cost an event for every file that anybody opens. A folder that comes later is
 * marked when the first file in it is written; who reads that file within the same millisecond is
 * missed.
 */
final class ReadMarks {
  private static final Logger LOG = LoggerFactory.getLogger(ReadMarks.class);

  /** A folder a day for forty years; the system keeps some 1 KiB for each. */
  private static final int MOST_FOLDERS = 16_384;

  private static final int DEEPEST = 8;

  private final List<Path> roots;
  private final @Nullable FanotifyGroup byName;
  private final FanotifyGroup byDescriptor;
  private final FolderHandles folders;
  private final Set<Path> marked = new HashSet<>();

  /**
   * @param roots folders, by the path that the system tells events with: without links
   * @param byName the group that tells folder and name; null where there is none
   * @param folders knows whose events of that group can be understood
   */
  ReadMarks(
      List<Path> roots,
      @Nullable FanotifyGroup byName,
      FanotifyGroup byDescriptor,
      FolderHandles folders) {
    this.roots = List.copyOf(roots);
    this.byName = byName;
    this.byDescriptor = byDescriptor;
    this.folders = folders;
  }

  /**
   * Marks what is there now.
   *
   * @return the folders that cannot be watched, each with the reason
   */
  List<String> begin() {
    marked.clear();
    List<String> problems = new ArrayList<>();
    for (Path root : roots) {
      if (!Files.isDirectory(root, LinkOption.NOFOLLOW_LINKS)) {
        problems.add("the folder " + root + " is not there; who reads in it is not seen");
        continue;
      }
      try {
        for (FolderTree.Root folder :
            FolderTree.below(new FolderTree.Root(root, DEEPEST), MOST_FOLDERS - marked.size())) {
          markFolder(folder.folder());
        }
      } catch (IOException e) {
        problems.add("who reads in " + root + " is not seen: " + e.getMessage());
      }
    }
    if (marked.size() >= MOST_FOLDERS) {
      problems.add("more than " + MOST_FOLDERS + " folders; who reads in the others is not seen");
    }
    return problems;
  }

  /** A file was written: its folder may be new. */
  void written(Path file) {
    Path folder = file.getParent();
    if (folder != null && isBelow(folder) && !marked.contains(folder)) {
      mark(folder);
    }
  }

  /** A folder has another name now, and so has all that is below it. */
  void moved(Path folder) {
    if (isBelow(folder)) {
      for (FolderTree.Root one :
          FolderTree.below(
              new FolderTree.Root(folder, DEEPEST), Math.max(0, MOST_FOLDERS - marked.size()))) {
        mark(one.folder());
      }
    }
  }

  private boolean isBelow(Path folder) {
    return roots.stream().anyMatch(folder::startsWith);
  }

  private void mark(Path folder) {
    if (marked.size() < MOST_FOLDERS) {
      try {
        markFolder(folder);
      } catch (IOException e) {
        // Gone again. What cannot be marked for another reason is tried at the next file in it.
        LOG.debug("folder={} cannot be watched: {}", folder, e.toString());
      }
    }
  }

  private void markFolder(Path folder) throws IOException {
    mark(FanotifyMarks.READS | FanotifyEvent.EVENT_ON_CHILD, folder);
    marked.add(folder);
  }

  /** Marks one file. */
  void follow(Path file) throws IOException {
    mark(FanotifyMarks.READS, file);
  }

  private void mark(long mask, Path file) throws IOException {
    FanotifyGroup names = byName;
    (names != null && folders.understands(file) ? names : byDescriptor).markOne(mask, file);
  }
}
