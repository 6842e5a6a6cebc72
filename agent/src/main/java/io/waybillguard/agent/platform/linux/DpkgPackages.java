package io.waybillguard.agent.platform.linux;

import io.waybillguard.agent.platform.Packages;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The packages of Debian and its descendants, UOS and Kylin among them, from dpkg's own lists
 * (dpkg(1), FILES; deb-md5sums(5)): {@code /var/lib/dpkg/info/PACKAGE[:ARCH].list} and {@code
 * .md5sums}. No program is run and no lock is taken.
 *
 * <p>Kept is a number for each path, and another with the list it stands in, 12 bytes a path in
 * all; what a number says is looked up in the list itself, so a path cannot be made to look like
 * another. Lists are read when they are first asked for, and those that changed again, at most once
 * a second.
 *
 * <p>Limits: diversions (dpkg-divert(1)) are not followed, so a diverted file belongs to none.
 */
public final class DpkgPackages implements Packages {
  private static final Logger LOG = LoggerFactory.getLogger(DpkgPackages.class);

  /** A desktop has some 300,000. */
  private static final int MOST_PATHS = 2_000_000;

  private static final long LONGEST_LIST = 64L << 20;
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

  /** Folders that moved below /usr, and whose files many packages still list without it. */
  private static final List<String> MERGED =
      List.of("/usr/bin/", "/usr/sbin/", "/usr/lib/", "/usr/lib32/", "/usr/lib64/");

  private static final String LIST = ".list";

  private final Path info;
  private final InstantSource clock;
  private final Map<Path, Listed> lists = new HashMap<>();
  private @Nullable Instant lookedAt;
  private @Nullable FileTime infoChanged;
  private PathIndex index = PathIndex.of(Map.of());

  /** The content of the list that was asked last: a package's files are asked for together. */
  private @Nullable Open open;

  /** {@code paths} are their numbers: an installation reads again what changed, and no more. */
  private static final class Listed {
    final FileTime changed;
    final long size;
    final int[] paths;

    Listed(FileTime changed, long size, int[] paths) {
      this.changed = changed;
      this.size = size;
      this.paths = paths;
    }
  }

  private record Open(Path list, FileTime changed, Map<String, String> md5s) {}

  /** The packages of this machine. */
  public DpkgPackages(InstantSource clock) {
    this(Path.of("/"), clock);
  }

  /**
   * @param root where /var/lib/dpkg is; another folder in tests
   */
  DpkgPackages(Path root, InstantSource clock) {
    this.info = root.resolve("var/lib/dpkg/info");
    this.clock = clock;
  }

  @Override
  public Owner owner(Path file) {
    try {
      refresh();
      if (lists.isEmpty()) {
        return Owner.UNKNOWN;
      }
      for (String name : names(RawPath.bytes(file))) {
        for (Path list : index.lists(name)) {
          Optional<Owner> owner = owner(list, name);
          if (owner.isPresent()) {
            return owner.get();
          }
        }
      }
      return Owner.NONE;
    } catch (IOException | DirectoryIteratorException e) {
      LOG.debug("packages cannot be asked: {}", e.toString());
      return Owner.UNKNOWN;
    }
  }

  @Override
  public void readAhead() {
    Owner unused = owner(info);
  }

  private static List<String> names(String path) {
    return MERGED.stream().anyMatch(path::startsWith)
        ? List.of(path, path.substring("/usr".length()))
        : List.of(path);
  }

  private Optional<Owner> owner(Path list, String path) throws IOException {
    Open read = opened(list);
    String md5 = read.md5s().get(path);
    return md5 == null
        ? Optional.empty()
        : Optional.of(new Owner(Known.OWNED, packageName(list), md5));
  }

  private Open opened(Path list) throws IOException {
    FileTime changed = Files.getLastModifiedTime(list);
    Open last = open;
    if (last != null && last.list().equals(list) && last.changed().equals(changed)) {
      return last;
    }
    Map<String, String> md5s = new HashMap<>();
    try (Stream<String> lines = Files.lines(list, StandardCharsets.ISO_8859_1)) {
      lines.forEach(line -> md5s.put(line, ""));
    }
    Path sums = list.resolveSibling(packageFile(list) + ".md5sums");
    if (Files.exists(sums)) {
      try (Stream<String> lines = Files.lines(sums, StandardCharsets.ISO_8859_1)) {
        // 32 hex digits, two blanks, the path without its first slash
        lines
            .filter(line -> line.length() > 34)
            .forEach(line -> md5s.replace("/" + line.substring(34), line.substring(0, 32)));
      }
    }
    Open now = new Open(list, changed, md5s);
    open = now;
    return now;
  }

  private static String packageFile(Path list) {
    String name = list.getFileName().toString();
    return name.substring(0, name.length() - LIST.length());
  }

  private static String packageName(Path list) {
    String name = packageFile(list);
    int colon = name.indexOf(':');
    return colon < 0 ? name : name.substring(0, colon);
  }

  private void refresh() throws IOException {
    Instant now = clock.instant();
    if (lookedAt != null
        && !now.isBefore(lookedAt)
        && Duration.between(lookedAt, now).compareTo(LOOK_AGAIN) < 0) {
      return;
    }
    if (!Files.isDirectory(info)) {
      lists.clear();
      return;
    }
    FileTime changed = Files.getLastModifiedTime(info);
    if (!changed.equals(infoChanged)) {
      readChanged();
      infoChanged = changed;
    }
    lookedAt = now;
  }

  /** dpkg writes a new list beside the old and moves it there, so the folder tells of each. */
  private void readChanged() throws IOException {
    Map<Path, Listed> now = new LinkedHashMap<>();
    int paths = 0;
    try (DirectoryStream<Path> all = Files.newDirectoryStream(info, "*" + LIST)) {
      for (Path list : all) {
        FileTime changed = Files.getLastModifiedTime(list);
        long size = Files.size(list);
        Listed before = lists.get(list);
        Listed read =
            before != null && before.changed.equals(changed) && before.size == size
                ? before
                : new Listed(changed, size, size > LONGEST_LIST ? new int[0] : read(list));
        paths += read.paths.length;
        if (paths > MOST_PATHS) {
          throw new IOException("more than " + MOST_PATHS + " paths in " + info);
        }
        now.put(list, read);
      }
    }
    lists.clear();
    lists.putAll(now);
    Map<Path, int[]> numbers = new LinkedHashMap<>();
    now.forEach((list, listed) -> numbers.put(list, listed.paths));
    index = PathIndex.of(numbers);
    open = null;
  }

  private static int[] read(Path list) throws IOException {
    IntStream.Builder paths = IntStream.builder();
    try (InputStream in = new BufferedInputStream(Files.newInputStream(list), 1 << 16)) {
      int number = PathIndex.START;
      boolean empty = true;
      for (int b = in.read(); b >= 0; b = in.read()) {
        if (b == '\n') {
          paths.add(number);
          number = PathIndex.START;
          empty = true;
        } else {
          number = PathIndex.next(number, b);
          empty = false;
        }
      }
      if (!empty) {
        paths.add(number);
      }
    }
    return paths.build().toArray();
  }
}
