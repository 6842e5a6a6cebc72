package io.waybillguard.agent.sense.persistence;

import io.waybillguard.agent.platform.PathText;
import io.waybillguard.agent.platform.Registry;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * The files of a machine, below a folder that stands for its {@code /}. Whatever is written there
 * was written by anybody: nothing but regular files is opened, and none is read further than {@link
 * #MOST_TEXT}.
 *
 * <p>Limit: a regular file that becomes a pipe between being asked and being opened holds the
 * caller until somebody writes to it; the watchdog ends that.
 */
class Tree {
  /** Bytes of a text that are read; nobody writes a longer one by hand. */
  static final int MOST_TEXT = 1 << 20;

  /** The reader of modules that are loaded and hide from the list of modules. */
  static final String HIDDEN_MODULES = "hidden-modules";

  private static final int MOST_ENTRIES = 20_000;

  /** Where a bare name is looked for: what root's PATH is by default, and where udev(7) looks. */
  private static final List<String> PATH =
      List.of(
          "/usr/local/sbin",
          "/usr/local/bin",
          "/usr/sbin",
          "/usr/bin",
          "/sbin",
          "/bin",
          "/usr/lib/udev");

  /** Folders that everybody may write to (Filesystem Hierarchy Standard 3.0, file-hierarchy(7)). */
  private static final List<String> OPEN =
      List.of("/tmp/", "/var/tmp/", "/dev/shm/", "/run/user/", "/var/crash/");

  private final Path root;
  private final Path realRoot;

  /**
   * @param root {@code /}, or a folder in its place
   * @throws IOException if it is not there
   */
  Tree(Path root) throws IOException {
    this.root = root;
    this.realRoot = root.toRealPath();
  }

  /** That of this system; a folder in place of the root works on each. */
  static Tree of(Path root, Registry registry) throws IOException {
    return root.getFileSystem().supportedFileAttributeViews().contains("unix")
        ? new Tree(root)
        : new WindowsTree(root, registry);
  }

  /** The folder that stands for the machine's own. */
  final Path root() {
    return root;
  }

  /** The registry, or one in which nothing is. */
  Registry registry() {
    return Registry.NONE;
  }

  /** What to do when something cannot be read. */
  String remedy() {
    return "run the agent as root";
  }

  /** The file for a path as the machine knows it. */
  Path at(String path) {
    return root.resolve(path.substring(1));
  }

  /** The path of a file as the machine knows it. */
  String pathOf(Path file) {
    if (file.startsWith(root)) {
      return text(root.relativize(file));
    }
    return file.startsWith(realRoot) ? text(realRoot.relativize(file)) : PathText.of(file);
  }

  private static String text(Path relative) {
    // Asked as an absolute one, since a name that is no text is told apart by its bytes.
    return PathText.of(Path.of("/").resolve(relative));
  }

  /**
   * Names in a folder, sorted.
   *
   * @throws IOException if it cannot be listed; {@link NoSuchFileException} if it is not there
   */
  List<Path> list(Path folder) throws IOException {
    List<Path> entries = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
      for (Path entry : all) {
        entries.add(entry);
        if (entries.size() > MOST_ENTRIES) {
          throw new IOException(
              pathOf(folder) + " holds more than " + MOST_ENTRIES + " entries; nobody looks there");
        }
      }
    } catch (java.nio.file.DirectoryIteratorException e) {
      throw e.getCause();
    }
    entries.sort(null);
    return entries;
  }

  /** The beginning of a file as text; bytes that are no UTF-8 are replaced. */
  String text(Path file, String format) throws IOException {
    if (format.equals(HIDDEN_MODULES)) {
      return hiddenModules(file);
    }
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MOST_TEXT);
      boolean utf16 = bytes.length >= 2 && bytes[0] == (byte) 0xff && bytes[1] == (byte) 0xfe;
      return new String(
          bytes,
          Formats.isBinary(format)
              ? StandardCharsets.ISO_8859_1
              : utf16 ? StandardCharsets.UTF_16 : StandardCharsets.UTF_8);
    }
  }

  /** The account that owns a file. */
  String owner(Path file, FileStamp stamp, Map<Integer, Account> accounts) throws IOException {
    Account owner = accounts.get(stamp.uid());
    return owner == null ? Integer.toString(stamp.uid()) : owner.name();
  }

  /**
   * The path of the program that a word names; "" when it names none that can be told.
   *
   * @param word as in {@link Line#program}
   * @param home of the account, or ""
   */
  String program(String word, String home) {
    String path = word;
    for (String sign : List.of("~/", "$HOME/", "${HOME}/", "%h/")) {
      if (word.startsWith(sign)) {
        path = home.isEmpty() ? "" : home + "/" + word.substring(sign.length());
      }
    }
    if (path.startsWith("/") && path.indexOf('\0') < 0) {
      return path;
    }
    if (!path.isEmpty() && path.matches("[A-Za-z0-9._+-]{1,128}")) {
      for (String folder : PATH) {
        if (Files.isRegularFile(at(folder + "/" + path))) {
          return folder + "/" + path;
        }
      }
    }
    return "";
  }

  /** Whether its name or a folder above hides it, or it lies where everybody may put something. */
  boolean isHidden(String path) {
    if (OPEN.stream().anyMatch(path::startsWith)) {
      return true;
    }
    for (String part : path.split("/")) {
      if (part.startsWith(".") || (!part.isEmpty() && part.isBlank())) {
        return true;
      }
    }
    return false;
  }

  /**
   * Modules below {@code /sys/module} that have a state, which only loaded ones have (kernel's
   * ABI/testing/sysfs-module), and are not in {@code /proc/modules} before or after.
   */
  private String hiddenModules(Path modules) throws IOException {
    TreeSet<String> hidden = new TreeSet<>();
    Path folder = at("/sys/module");
    if (!Files.isDirectory(folder)) {
      return "";
    }
    String before = Files.readString(modules);
    for (Path module : list(folder)) {
      if (Files.exists(module.resolve("initstate"))) {
        hidden.add(String.valueOf(module.getFileName()));
      }
    }
    // Modules come and go while we look: only one that neither list names is hidden.
    (before + Files.readString(modules))
        .lines()
        .forEach(line -> hidden.remove(line.split(" ", 2)[0]));
    return String.join("\n", hidden);
  }

  /**
   * Accounts by their number; those of passwd(5), and owners of folders below {@code /home} whose
   * accounts are kept elsewhere.
   *
   * @throws IOException if the accounts cannot be told
   */
  Map<Integer, Account> accounts() throws IOException {
    Map<Integer, Account> accounts = new LinkedHashMap<>();
    Path passwd = at("/etc/passwd");
    if (Files.isRegularFile(passwd)) {
      text(passwd, "passwd")
          .lines()
          .forEach(l -> Account.parse(l).ifPresent(a -> accounts.putIfAbsent(a.uid(), a)));
    }
    Path homes = at("/home");
    if (Files.isDirectory(homes, LinkOption.NOFOLLOW_LINKS)) {
      for (Path home : list(homes)) {
        FileStamp stamp = FileStamp.of(home, LinkOption.NOFOLLOW_LINKS);
        if (stamp.isFolder()) {
          accounts.putIfAbsent(
              stamp.uid(),
              new Account(String.valueOf(home.getFileName()), stamp.uid(), pathOf(home)));
        }
      }
    }
    return accounts;
  }
}
