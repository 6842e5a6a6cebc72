package io.waybillguard.agent.sense.persistence;

import io.waybillguard.agent.event.AutostartEntry;
import io.waybillguard.agent.event.FileRef;
import io.waybillguard.agent.sense.Secrets;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One look at one point, in steps. What is written in files that did not change since the last look
 * is taken from memory.
 */
final class PointLook {
  /** What a step may cost: a file described or a block read is one. */
  private static final long BLOCK = 64 << 10;

  private static final int MOST_NAME = 200;

  private final Point point;
  private final Tree tree;
  private final Programs programs;
  private final Memory memory;
  private final Map<Integer, Account> accounts;
  private final Places places;
  private final List<Said> said = new ArrayList<>();
  private final RegistryPlaces registry;
  private final Set<String> unread = new LinkedHashSet<>();
  private final Set<String> wanted = new HashSet<>();
  private final Map<Key, AutostartEntry> entries = new LinkedHashMap<>();
  private final List<Pattern> keys;
  private int placesDone;
  private int filesDone;
  private int keysDone;
  private int saidDone;

  /** What tells an entry from all others. */
  record Key(String point, String file, String name) {
    static Key of(AutostartEntry entry) {
      return new Key(entry.point(), entry.file(), entry.name());
    }
  }

  private record Said(String path, String account, String home, Line line) {}

  /** What files said when they were read last. */
  static final class Memory {
    private final Map<String, Remembered> files = new LinkedHashMap<>();

    private record Remembered(FileStamp link, FileStamp file, List<Line> lines) {}

    /** Forgets what is not in a look that is over. */
    private void keepOnly(String point, Set<String> keys) {
      files.keySet().removeIf(key -> key.startsWith(point + " ") && !keys.contains(key));
    }
  }

  private final Set<String> remembered = new HashSet<>();

  /**
   * @param memory kept from look to look
   * @throws IOException if the accounts cannot be told
   */
  PointLook(Point point, Tree tree, Programs programs, Memory memory) throws IOException {
    this.point = point;
    this.keys = keys(point);
    this.tree = tree;
    this.programs = programs;
    this.memory = memory;
    this.accounts = tree.accounts();
    this.places = new Places(tree);
    this.registry = new RegistryPlaces(tree.registry());
  }

  String pointId() {
    return point.id();
  }

  /**
   * Looks on.
   *
   * @param budget how much to do, in files or blocks of 64 KiB
   * @return what is left of the budget; above 0 only when the look is over
   */
  int step(int budget) {
    int left = read(budget);
    while (left > 0 && saidDone < said.size()) {
      tell(said.get(saidDone++));
      left -= 1 + (int) (programs.takeBytesRead() / BLOCK);
    }
    if (left > 0) {
      memory.keepOnly(point.id(), remembered);
    }
    return left;
  }

  /**
   * Reads on what is written at the point. After that it is known what to watch and what cannot be
   * seen; {@link #step} goes on with the programs that are named there, whose content takes by far
   * the longest.
   *
   * @param budget as for {@link #step}
   * @return what is left of the budget; above 0 only when all is read
   */
  int read(int budget) {
    int left = budget;
    while (left > 0 && placesDone < point.places().size()) {
      Point.Place place = point.places().get(placesDone++);
      int before = places.found().size();
      place.paths().forEach(path -> places.look(place.read(), path, accounts.values()));
      left -= 1 + (places.found().size() - before) / 16;
    }
    while (left > 0 && keysDone < keys.size()) {
      left -= look(keys.get(keysDone++));
    }
    while (left > 0 && filesDone < places.found().size()) {
      read(places.found().get(filesDone++));
      left--;
    }
    return left;
  }

  private record Pattern(String read, String keys) {}

  private static List<Pattern> keys(Point point) {
    List<Pattern> all = new ArrayList<>();
    for (Point.Place place : point.places()) {
      place.keys().forEach(key -> all.add(new Pattern(place.read(), key)));
    }
    return all;
  }

  /** Keys are read whole at each look: that costs less than to ask whether they changed. */
  private int look(Pattern pattern) {
    int before = registry.visited();
    for (RegistryPlaces.Found found : registry.look(pattern.read(), pattern.keys())) {
      for (Line line : KeyFormats.read(found.read(), found.key())) {
        said.add(new Said(found.key().path(), found.account(), found.home(), line));
      }
    }
    return 1 + (registry.visited() - before) / 16;
  }

  private void read(Places.Found found) {
    String path = tree.pathOf(found.file());
    try {
      FileStamp link = FileStamp.of(found.file(), LinkOption.NOFOLLOW_LINKS);
      if (link.isLink() && SystemdUnit.isWish(parentName(found.file()))) {
        wanted.add(SystemdUnit.wished(name(found.file())));
      }
      FileStamp file = link.isLink() ? target(found.file(), link) : link;
      String key = point.id() + " " + found.read() + " " + path;
      Memory.Remembered before = memory.files.get(key);
      if (before == null
          || path.startsWith("/proc/")
          || !before.link().equals(link)
          || !before.file().equals(file)) {
        String owner = tree.owner(found.file(), file, accounts);
        before = new Memory.Remembered(link, file, lines(found, path, link, file, owner));
        memory.files.put(key, before);
      }
      remembered.add(key);
      for (Line line : before.lines()) {
        said.add(new Said(path, found.account(), found.home(), line));
      }
    } catch (NoSuchFileException e) {
      return; // gone since it was listed: that is what the next look says, too
    } catch (IOException e) {
      unread.add(path);
    }
  }

  private static FileStamp target(Path file, FileStamp link) throws IOException {
    try {
      return FileStamp.of(file);
    } catch (NoSuchFileException e) {
      return link; // a link to nothing
    } catch (AccessDeniedException e) {
      throw e;
    } catch (IOException e) {
      return link; // a link to itself
    }
  }

  private List<Line> lines(
      Places.Found found, String path, FileStamp link, FileStamp file, String owner)
      throws IOException {
    boolean asLink =
        link.isLink()
            && (found.read().equals("link")
                || (found.read().startsWith("systemd-") && isOfSystemd(found.file(), file)));
    if (asLink) {
      String target = Files.readSymbolicLink(found.file()).toString();
      return Formats.read(found.read(), new Source(path, "", target, found.account(), owner));
    }
    if (!file.isRegular() || (found.read().equals("postinst") && isOfAPackage(found.file()))) {
      return List.of();
    }
    String text = Formats.isWhole(found.read()) ? "" : tree.text(found.file(), found.read());
    return Formats.read(found.read(), new Source(path, text, "", found.account(), owner));
  }

  /** A unit that is linked from anywhere else is read where it lies. */
  private boolean isOfSystemd(Path link, FileStamp target) throws IOException {
    if (!target.isRegular() || SystemdUnit.isWish(parentName(link))) {
      return true;
    }
    return tree.pathOf(link.toRealPath()).contains("/systemd/");
  }

  /** Whether dpkg keeps a list of files beside a script: then it is of a package that it knows. */
  private static boolean isOfAPackage(Path script) {
    String name = name(script);
    int dot = name.lastIndexOf('.');
    return Files.exists(script.resolveSibling(name.substring(0, Math.max(0, dot)) + ".list"));
  }

  private void tell(Said one) {
    Line line = one.line();
    FileRef program =
        line.whole()
            ? fingerprint(one.path())
            : line.program().isEmpty()
                ? AutostartEntry.NO_PROGRAM
                : programs.named(line.program(), one.home(), accounts);
    AutostartEntry entry =
        new AutostartEntry(
            point.id(),
            one.path(),
            Secrets.masked(cut(line.name())),
            line.user().isEmpty() ? one.account() : line.user(),
            Secrets.masked(line.command()),
            program,
            line.enabled()
                && (line.wantedAs().isEmpty()
                    || wanted.contains(SystemdUnit.wished(line.wantedAs()))));
    entries.put(Key.of(entry), entry);
  }

  private static String cut(String name) {
    return name.length() <= MOST_NAME ? name : name.substring(0, MOST_NAME) + "…";
  }

  /** Size and hash of a file that is read and not run. */
  private FileRef fingerprint(String path) {
    FileRef file = programs.at(path, accounts);
    return new FileRef("", "", file.size(), file.sha256(), file.unreadable(), "", false, false);
  }

  private static String name(Path file) {
    return String.valueOf(file.getFileName());
  }

  private static String parentName(Path file) {
    Path parent = file.getParent();
    return parent == null ? "" : name(parent);
  }

  // -- when it is over -------------------------------------------------------------------------

  int files() {
    return places.found().size();
  }

  /** Keys of the registry to watch, as {@link RegistryPlaces#watched} gives them. */
  Set<String> watchedKeys() {
    return registry.watched();
  }

  Map<Key, AutostartEntry> entries() {
    return entries;
  }

  Map<Path, Set<String>> watched() {
    return places.watched();
  }

  /** Files, folders and keys that are there and could not be read, as the machine knows them. */
  Set<String> unseen() {
    Set<String> all = new LinkedHashSet<>(places.unseen());
    all.addAll(unread);
    all.addAll(registry.unseen());
    return all;
  }
}
