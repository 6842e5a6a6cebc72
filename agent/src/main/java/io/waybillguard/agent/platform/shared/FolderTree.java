package io.waybillguard.agent.platform.shared;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Folders below some roots, within bounds, and the files that changed in them. */
public final class FolderTree {
  private static final Logger LOG = LoggerFactory.getLogger(FolderTree.class);

  /**
   * A place to look into.
   *
   * @param depth how many levels: 1 is the folder alone
   */
  public record Root(Path folder, int depth) {}

  private FolderTree() {}

  /**
   * The folders of a place, the place itself first; links are not followed. What cannot be entered
   * is left out: it is somebody else's, or gone.
   *
   * @param limit most folders to give
   */
  public static List<Root> below(Root root, int limit) {
    List<Root> found = new ArrayList<>();
    Deque<Root> ahead = new ArrayDeque<>(List.of(root));
    while (!ahead.isEmpty() && found.size() < limit) {
      Root next = ahead.remove();
      if (Files.isDirectory(next.folder(), LinkOption.NOFOLLOW_LINKS)) {
        found.add(next);
        if (next.depth() > 1) {
          for (Path entry : entries(next.folder())) {
            if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
              ahead.add(new Root(entry, next.depth() - 1));
            }
          }
        }
      }
    }
    return found;
  }

  /** Files of one folder that were changed, or put there, at or after an instant. */
  public static List<Path> changedSince(Path folder, Instant since) {
    List<Path> changed = new ArrayList<>();
    for (Path entry : entries(folder)) {
      try {
        if (Files.isRegularFile(entry, LinkOption.NOFOLLOW_LINKS)
            && !changedAt(entry).isBefore(since)) {
          changed.add(entry);
        }
      } catch (IOException e) {
        LOG.debug("file={} was gone when it was asked: {}", entry, e.toString());
      }
    }
    return changed;
  }

  /**
   * When a file last changed. A copy may keep the time of the original, and anybody can set it; on
   * Unix the change time cannot be set.
   */
  private static Instant changedAt(Path file) throws IOException {
    boolean unix = file.getFileSystem().supportedFileAttributeViews().contains("unix");
    Map<String, Object> times =
        Files.readAttributes(
            file,
            unix ? "unix:ctime,lastModifiedTime" : "creationTime,lastModifiedTime",
            LinkOption.NOFOLLOW_LINKS);
    return times.values().stream()
        .map(time -> ((FileTime) time).toInstant())
        .max(Instant::compareTo)
        .orElse(Instant.EPOCH);
  }

  private static List<Path> entries(Path folder) {
    List<Path> entries = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
      stream.forEach(entries::add);
    } catch (NoSuchFileException | NotDirectoryException | AccessDeniedException e) {
      LOG.debug("folder={} cannot be entered: {}", folder, e.toString());
    } catch (IOException | DirectoryIteratorException e) {
      LOG.warn("folder={} cannot be read to its end: {}", folder, e.toString());
    }
    return entries;
  }
}
