package io.waybillguard.agent.sense.program;

import io.waybillguard.agent.event.FileRef;
import io.waybillguard.agent.platform.PathText;
import java.text.Normalizer;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Where a program lies when nobody is meant to find it, or where none belongs; and names that
 * pretend to be another. Pure.
 *
 * @param unusual folders that a path begins with, and the word for each; the first that fits counts
 * @param parts names of folders that are so wherever they lie, and the word for each
 * @param system where the system keeps its programs, each ending in a slash
 * @param users where people put programs themselves, each ending in a slash
 * @param names names of the system's programs; one that ends in {@code *} stands for all that begin
 *     so
 */
public record UnusualPlaces(
    List<Start> unusual,
    Map<String, String> parts,
    List<String> system,
    List<String> users,
    Set<String> names) {
  /** None; what hides by its name does so everywhere. */
  public static final UnusualPlaces NONE =
      new UnusualPlaces(List.of(), Map.of(), List.of(), List.of(), Set.of());

  /**
   * Letters of other scripts, each before the Latin one that it looks like: Cyrillic and Greek ones
   * of Unicode's confusables (UTS 39).
   */
  private static final String LOOKALIKES =
      "\u0430a\u0441c\u0501d\u0435e\u04bbh\u0456i\u0458j\u04cfl\u043eo\u0440p"
          + "\u051bq\u0455s\u0475v\u051dw\u0445x\u0443y\u03bfo\u03bdv\u03b9i\u03bak"
          + "\u043ak\u043fn\u0442t\u0433r\u0432b\u0131i\u0261g\u0391A\u0410A\u0412B"
          + "\u0421C\u0415E\u041dH\u0406I\u041cM\u041eO\u0420P\u0405S\u0422T\u0425X";

  /**
   * A folder.
   *
   * @param folder absolute, ends in a slash
   * @param word for what lies in it
   */
  public record Start(String folder, String word) {}

  public UnusualPlaces {
    unusual = List.copyOf(unusual);
    parts = Map.copyOf(parts);
    system = List.copyOf(system);
    users = List.copyOf(users);
    names = Set.copyOf(names);
  }

  /**
   * Why a program does not belong where it lies, or under its name.
   *
   * @param path absolute, as text, with slashes
   * @return a word, or ""
   */
  String of(String path) {
    return of(path, false);
  }

  /**
   * The same where the case of a name may say nothing.
   *
   * @param folded whether it does not
   */
  String of(String path, boolean folded) {
    for (Start start : unusual) {
      if (begins(path, start.folder(), folded)) {
        return start.word();
      }
    }
    String[] steps = path.split("/");
    for (String part : steps) {
      String known = folded ? part.toUpperCase(Locale.ROOT) : part;
      if (parts.containsKey(known)) {
        return parts.getOrDefault(known, "");
      }
    }
    for (String part : steps) {
      // A leading dot hides from file managers and from ls; a name of blanks hides in plain sight.
      if (!part.isEmpty() && (part.isBlank() || part.chars().allMatch(c -> c == '.'))) {
        return "blank_name";
      }
      if (part.startsWith(".")) {
        return "dot_name";
      }
    }
    return pretence(path, folded);
  }

  private static boolean begins(String path, String start, boolean folded) {
    return path.regionMatches(folded, 0, start, 0, start.length());
  }

  private String pretence(String path, boolean folded) {
    String written = FileRef.nameOf(path);
    String name = folded ? written.toLowerCase(Locale.ROOT) : written;
    if (!name.equals(name.strip())) {
      return "deceptive_name";
    }
    if (!PathText.isAscii(name)) { // in ASCII nothing is invisible or looks like another letter
      String plain = plain(name);
      if (name.chars().anyMatch(UnusualPlaces::isInvisible)
          || (!plain.equals(name) && isSystemName(plain))) {
        return "deceptive_name";
      }
    }
    return isSystemName(name) && system.stream().noneMatch(s -> begins(path, s, folded))
        ? "system_name"
        : "";
  }

  /** Whether people put programs there themselves. */
  boolean isUsers(String path) {
    return users.stream().anyMatch(path::startsWith);
  }

  private boolean isSystemName(String name) {
    if (names.contains(name)) {
      return true;
    }
    for (String known : names) {
      if (known.endsWith("*") && name.regionMatches(0, known, 0, known.length() - 1)) {
        return true;
      }
    }
    return false;
  }

  /** Characters that take no room, or turn the direction of what follows: Unicode's Cf. */
  private static boolean isInvisible(int c) {
    return Character.getType(c) == Character.FORMAT;
  }

  private static String plain(String name) {
    StringBuilder plain = new StringBuilder();
    Normalizer.normalize(name, Normalizer.Form.NFKC)
        .chars()
        .forEach(
            c -> {
              int at = LOOKALIKES.indexOf(c);
              plain.append(at >= 0 && at % 2 == 0 ? LOOKALIKES.charAt(at + 1) : (char) c);
            });
    return plain.toString();
  }
}
