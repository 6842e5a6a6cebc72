package io.waybillguard.agent.sense.persistence;

import io.waybillguard.agent.event.FileRef;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The files that the patterns of one point name now, and the folders whose change may name others.
 */
final class Places {
  private static final int DEEPEST = 6;

  private final Tree tree;
  private final List<Found> found = new ArrayList<>();
  private final Set<Object> seen = new HashSet<>();
  private final Map<Path, Set<String>> watched = new LinkedHashMap<>();
  private final Set<String> unseen = new LinkedHashSet<>();

  /** Any name in a folder. */
  static final String ANY = "*";

  /**
   * @param account whose home it lies in, or ""
   */
  record Found(Path file, String read, String account, String home) {}

  Places(Tree tree) {
    this.tree = tree;
  }

  List<Found> found() {
    return found;
  }

  /** Folders to watch, with the names in each that matter, or {@link #ANY}. */
  Map<Path, Set<String>> watched() {
    return watched;
  }

  /** Folders that could not be looked into, as the machine knows them. */
  Set<String> unseen() {
    return unseen;
  }

  /** Finds what one pattern names, in the home of each account where it begins with {@code ~}. */
  void look(String read, String pattern, Collection<Account> accounts) {
    if (!pattern.startsWith("~/")) {
      look(read, tree.at("/"), pattern.substring(1), "", "");
      return;
    }
    watch(tree.at("/etc"), "passwd"); // an account that comes has a home of its own
    Set<String> homes = new HashSet<>();
    for (Account account : accounts) {
      if (!account.home().equals("/") && homes.add(account.home())) {
        Path home = tree.at(account.home());
        Path above = home.getParent();
        if (Files.isDirectory(home)) {
          look(read, home, pattern.substring(2), account.name(), account.home());
        } else if (above != null && Files.isDirectory(above)) {
          watch(above, FileRef.nameOf(account.home())); // made at the first login
        }
      }
    }
  }

  private void look(String read, Path from, String pattern, String account, String home) {
    step(read, from, List.of(pattern.split("/")), 0, account, home);
  }

  private void step(
      String read, Path folder, List<String> parts, int at, String account, String home) {
    String part = parts.get(at);
    boolean last = at == parts.size() - 1;
    try {
      if (part.equals("**")) {
        below(read, folder, 0, account, home);
      } else if (part.contains(ANY)) {
        PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + part);
        watch(folder, ANY);
        for (Path entry : tree.list(folder)) {
          // A leading dot is not matched by a star, as in every shell, unless it is asked for.
          boolean dotted = String.valueOf(entry.getFileName()).startsWith(".");
          if (matcher.matches(entry.getFileName()) && (!dotted || part.startsWith(".") || last)) {
            enter(read, entry, parts, at, account, home);
          }
        }
      } else {
        watch(folder, part);
        enter(read, folder.resolve(part), parts, at, account, home);
      }
    } catch (NoSuchFileException | NotDirectoryException e) {
      watched.remove(folder); // whatever is above it is watched
    } catch (IOException e) {
      unseen.add(tree.pathOf(folder));
    }
  }

  private void enter(
      String read, Path entry, List<String> parts, int at, String account, String home)
      throws IOException {
    FileStamp stamp;
    try {
      stamp = FileStamp.of(entry, LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException | NotDirectoryException e) {
      return;
    }
    if (at == parts.size() - 1) {
      if (!stamp.isFolder()) {
        add(read, entry, account, home);
      }
    } else if (Files.isDirectory(entry)) {
      step(read, entry, parts, at + 1, account, home);
    }
  }

  /** Links to folders are not followed here: a loop has no end. */
  private void below(String read, Path folder, int depth, String account, String home)
      throws IOException {
    Path real = folder.toRealPath(); // NoSuchFileException when it is not there
    if (!seen.add(read + " " + real)) {
      return; // /lib is a link to /usr/lib on most
    }
    watch(folder, ANY);
    for (Path entry : tree.list(folder)) {
      FileStamp stamp;
      try {
        stamp = FileStamp.of(entry, LinkOption.NOFOLLOW_LINKS);
      } catch (NoSuchFileException e) {
        continue; // gone since it was listed
      }
      if (!stamp.isFolder()) {
        add(read, entry, account, home);
      } else if (depth < DEEPEST) {
        try {
          below(read, entry, depth + 1, account, home);
        } catch (NoSuchFileException e) {
          // Gone since it was listed: the next look says so, too.
        } catch (IOException e) {
          unseen.add(tree.pathOf(entry));
        }
      }
    }
  }

  private void add(String read, Path file, String account, String home) throws IOException {
    Path parent = file.getParent();
    Path real = parent == null ? file : parent.toRealPath().resolve(file.getFileName());
    if (seen.add(read + " " + real) && !isLeftover(FileRef.nameOf(file.toString()))) {
      found.add(new Found(file, read, account, home));
    }
  }

  /** Names that no reader of these folders takes: run-parts(8), dpkg(1), editors. */
  private static boolean isLeftover(String name) {
    return name.equals(".placeholder")
        || name.endsWith("~")
        || name.endsWith(".dpkg-new")
        || name.endsWith(".dpkg-tmp")
        || name.endsWith(".swp");
  }

  private void watch(Path folder, String name) {
    watched.computeIfAbsent(folder, f -> new LinkedHashSet<>()).add(name);
  }
}
