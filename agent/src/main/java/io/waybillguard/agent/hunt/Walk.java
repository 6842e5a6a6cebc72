package io.waybillguard.agent.hunt;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The files below some folders, one at a time, in an order that is the same the next time: so that
 * it goes on where it was, also after a new start. Links are not followed.
 */
final class Walk {
  private static final Comparator<Path> BY_NAME =
      Comparator.comparing((Path p) -> String.valueOf(p.getFileName()))
          .thenComparing(Path::compareTo);

  private final Predicate<Path> leftOut;
  private final Deque<Iterator<Path>> open = new ArrayDeque<>();

  /** The place to go on after, and the folders above it; empty when it was passed. */
  private List<Path> before;

  private long unread;

  /**
   * @param after the last file of an earlier walk over the same folders; empty to begin
   */
  Walk(List<Path> roots, Predicate<Path> leftOut, Optional<Path> after) {
    this.leftOut = leftOut;
    this.before = after.map(Walk::chain).orElse(List.of());
    this.open.push(roots.stream().sorted().distinct().iterator());
  }

  /** The file, and each folder above it. */
  private static List<Path> chain(Path file) {
    List<Path> chain = new ArrayList<>();
    for (Path each = file; each != null; each = each.getParent()) {
      chain.add(each);
    }
    return chain;
  }

  /** Folders that could not be read. */
  long unread() {
    return unread;
  }

  /** What one step came to. */
  record Step(boolean isOver, Optional<Path> file) {}

  /** Goes one entry on; not every entry is a file. */
  Step next() {
    if (open.isEmpty()) {
      return new Step(true, Optional.empty());
    }
    Iterator<Path> here = open.element();
    if (!here.hasNext()) {
      open.pop();
      return new Step(open.isEmpty(), Optional.empty());
    }
    Path entry = here.next();
    if (isDoneWith(entry)) {
      return new Step(false, Optional.empty());
    }
    if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
      if (!leftOut.test(entry)) {
        enter(entry);
      }
      return new Step(false, Optional.empty());
    }
    boolean regular = Files.isRegularFile(entry, LinkOption.NOFOLLOW_LINKS);
    return new Step(false, regular ? Optional.of(entry) : Optional.empty());
  }

  /** Whether an entry comes before the place to go on after, and is not a folder above that. */
  private boolean isDoneWith(Path entry) {
    if (before.isEmpty()) {
      return false;
    }
    Path last = before.get(0);
    if (entry.equals(last)) {
      before = List.of();
      return true;
    }
    if (before.contains(entry)) {
      return false; // on the way there
    }
    // Its neighbour on the way there; when there is none, the way was left behind.
    Path parent = entry.getParent();
    for (Path each : before) {
      boolean beside = parent == null ? each.getParent() == null : parent.equals(each.getParent());
      if (beside) {
        boolean earlier = BY_NAME.compare(entry, each) < 0;
        before = earlier ? before : List.of();
        return earlier;
      }
    }
    boolean earlier = entry.compareTo(last) < 0;
    before = earlier ? before : List.of();
    return earlier;
  }

  private void enter(Path folder) {
    List<Path> entries = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
      all.forEach(entries::add);
    } catch (IOException | DirectoryIteratorException e) {
      unread++;
    }
    entries.sort(BY_NAME);
    open.push(entries.iterator());
  }
}
