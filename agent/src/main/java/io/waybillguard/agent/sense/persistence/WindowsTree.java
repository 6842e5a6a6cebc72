package io.waybillguard.agent.sense.persistence;

import io.waybillguard.agent.platform.HiddenAttribute;
import io.waybillguard.agent.platform.PathText;
import io.waybillguard.agent.platform.Registry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The files of a Windows machine. Patterns name the system drive's folders by their usual English
 * names, which the disk has in every language.
 */
final class WindowsTree extends Tree {
  private static final Pattern VARIABLE = Pattern.compile("%([^%\\s]{1,64})%");
  private static final Pattern DRIVE = Pattern.compile("(?i)[a-z]:[\\\\/].*");

  /** Folders that people who are no administrators may write to. */
  private static final List<String> OPEN =
      List.of("\\users\\public\\", "\\windows\\temp\\", "\\appdata\\local\\temp\\", "\\perflogs\\");

  private static final List<String> ENDINGS = List.of("", ".exe", ".dll", ".com", ".bat", ".cmd");

  private final Registry registry;

  /**
   * @param root the system drive
   */
  WindowsTree(Path root, Registry registry) throws IOException {
    super(root);
    this.registry = registry;
  }

  @Override
  Registry registry() {
    return registry;
  }

  @Override
  String remedy() {
    return "run the agent as a service of LocalSystem";
  }

  @Override
  Path at(String path) {
    return DRIVE.matcher(path).matches() || path.startsWith("\\\\")
        ? Path.of(path)
        : root().resolve(path.substring(1));
  }

  @Override
  String pathOf(Path file) {
    return PathText.of(file);
  }

  @Override
  String owner(Path file, FileStamp stamp, Map<Integer, Account> accounts) throws IOException {
    try {
      return Files.getOwner(file).getName();
    } catch (UnsupportedOperationException e) {
      return ""; // a disk without owners
    }
  }

  /** By the folders of people; numbers are not Windows' own. */
  @Override
  Map<Integer, Account> accounts() throws IOException {
    Map<Integer, Account> accounts = new LinkedHashMap<>();
    Path users = at("/Users");
    if (Files.isDirectory(users)) {
      for (Path home : list(users)) {
        if (Files.isDirectory(home, LinkOption.NOFOLLOW_LINKS)) {
          accounts.put(
              accounts.size(),
              new Account(String.valueOf(home.getFileName()), accounts.size(), pathOf(home)));
        }
      }
    }
    return accounts;
  }

  @Override
  String program(String word, String home) {
    String path = expanded(word, home);
    for (String sign : List.of("\\??\\", "\\\\?\\")) {
      path = path.startsWith(sign) ? path.substring(sign.length()) : path;
    }
    String low = path.toLowerCase(Locale.ROOT);
    if (low.startsWith("\\systemroot\\")) {
      path = windows() + path.substring("\\systemroot".length());
    } else if (low.startsWith("system32\\") || low.startsWith("syswow64\\")) {
      path = windows() + "\\" + path;
    }
    try {
      if (DRIVE.matcher(path).matches()) {
        return found(path);
      }
      if (!path.isEmpty() && path.indexOf('\\') < 0 && path.indexOf('/') < 0) {
        for (String folder : List.of("\\System32\\", "\\", "\\System32\\drivers\\")) {
          String there = found(windows() + folder + path);
          if (Files.isRegularFile(Path.of(there))) {
            return there;
          }
        }
      }
    } catch (InvalidPathException e) {
      return ""; // no path: nothing can be found by it
    }
    return path.startsWith("\\\\") ? path : "";
  }

  /** With the ending that Windows adds; as it is when nothing is there. */
  private static String found(String path) {
    for (String ending : ENDINGS) {
      if (Files.isRegularFile(Path.of(path + ending))) {
        return path + ending;
      }
    }
    return path;
  }

  private String windows() {
    return pathOf(at("/Windows"));
  }

  private String expanded(String word, String home) {
    String drive = String.valueOf(root()).replaceFirst("\\\\$", "");
    Map<String, String> names =
        Map.ofEntries(
            Map.entry("systemroot", windows()),
            Map.entry("windir", windows()),
            Map.entry("systemdrive", drive),
            Map.entry("programfiles", drive + "\\Program Files"),
            Map.entry("programw6432", drive + "\\Program Files"),
            Map.entry("programfiles(x86)", drive + "\\Program Files (x86)"),
            Map.entry("programdata", drive + "\\ProgramData"),
            Map.entry("allusersprofile", drive + "\\ProgramData"),
            Map.entry("public", drive + "\\Users\\Public"),
            Map.entry("userprofile", home),
            Map.entry("appdata", home + "\\AppData\\Roaming"),
            Map.entry("localappdata", home + "\\AppData\\Local"),
            Map.entry("temp", home + "\\AppData\\Local\\Temp"),
            Map.entry("tmp", home + "\\AppData\\Local\\Temp"));
    Function<java.util.regex.MatchResult, String> value =
        m ->
            Matcher.quoteReplacement(
                names.getOrDefault(m.group(1).toLowerCase(Locale.ROOT), m.group()));
    return VARIABLE.matcher(word).replaceAll(value);
  }

  @Override
  boolean isHidden(String path) {
    String low = path.toLowerCase(Locale.ROOT);
    if (OPEN.stream().anyMatch(low::contains) || low.contains("\\$recycle.bin\\")) {
      return true;
    }
    for (String part : path.split("\\\\")) {
      if (!part.isEmpty() && part.isBlank()) {
        return true;
      }
    }
    try {
      return HiddenAttribute.hides(Path.of(path));
    } catch (InvalidPathException e) {
      return false;
    }
  }
}
