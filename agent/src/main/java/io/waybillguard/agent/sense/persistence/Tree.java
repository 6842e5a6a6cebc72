package io.waybillguard.agent.sense.persistence;

import io.waybillguard.agent.platform.PathText;
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
final class Tree {
  /** Bytes of a text that are read; nobody writes a longer one by hand. */
  static final int MOST_TEXT = 1 << 20;

  /** The reader of modules that are loaded and hide from the list of modules. */
  static final String HIDDEN_MODULES = "hidden-modules";

  private static final int MOST_ENTRIES = 20_000;

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
      return new String(in.readNBytes(MOST_TEXT), StandardCharsets.UTF_8);
    }
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
