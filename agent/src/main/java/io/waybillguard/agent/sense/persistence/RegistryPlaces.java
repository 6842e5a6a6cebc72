package io.waybillguard.agent.sense.persistence;

import io.waybillguard.agent.platform.Registry;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** The registry keys that the patterns of one point name now, and those whose change matters. */
final class RegistryPlaces {
  /** After a key: all below it too. */
  static final String BELOW = "\\**";

  private static final String MACHINE = "HKEY_LOCAL_MACHINE";
  private static final String USERS = "HKEY_USERS";

  private static final String PROFILES =
      MACHINE + "\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\ProfileList";

  private static final int DEEPEST = 8;
  private static final int MOST_KEYS = 20_000;

  private final Registry registry;
  private final Set<String> watched = new LinkedHashSet<>();
  private final Set<String> unseen = new LinkedHashSet<>();
  private int visited;

  /**
   * @param account whose hive it is of, or ""
   * @param home of that account, or ""
   */
  record Found(String read, KeyFormats.Key key, String account, String home) {}

  RegistryPlaces(Registry registry) {
    this.registry = registry;
  }

  /** Keys to watch; those that end in {@link #BELOW} with all below. */
  Set<String> watched() {
    return watched;
  }

  /** Keys that could not be read. */
  Set<String> unseen() {
    return unseen;
  }

  /** Keys that were asked for, there or not. */
  int visited() {
    return visited;
  }

  /** Finds what one pattern names, in the hive of each user where it says so. */
  List<Found> look(String read, String pattern) {
    List<Found> found = new ArrayList<>();
    String[] parts = pattern.split(" :: ", 2);
    List<String> names = parts.length == 1 ? List.of() : List.of(parts[1].split(", "));
    String[] key = parts[0].split("\\\\");
    List<String> rest = List.of(key).subList(1, key.length);
    if (key[0].equals("HKLM")) {
      step(read, MACHINE, rest, names, new User("", ""), found);
      return found;
    }
    watched.add(USERS);
    boolean ofClasses = rest.get(0).endsWith("_Classes");
    for (String hive : hives()) {
      if (hive.toLowerCase(Locale.ROOT).endsWith("_classes") == ofClasses) {
        List<String> below = rest.subList(1, rest.size());
        step(read, USERS + "\\" + hive, below, names, user(hive), found);
      }
    }
    return found;
  }

  private record User(String account, String home) {}

  /** Of people, and the one that everybody who has none yet begins with. */
  private List<String> hives() {
    try {
      return registry.keys(USERS).stream()
          .filter(h -> h.matches("(?i)S-1-(?:5-21|12-1)-[-0-9]+(?:_Classes)?|\\.DEFAULT"))
          .toList();
    } catch (IOException e) {
      unseen.add(USERS);
      return List.of();
    }
  }

  private User user(String hive) {
    String sid = hive.replaceFirst("(?i)_Classes$", "");
    try {
      for (Registry.Value value : registry.values(PROFILES + "\\" + sid)) {
        if (value.name().equalsIgnoreCase("ProfileImagePath")) {
          return new User(value.text().substring(value.text().lastIndexOf('\\') + 1), value.text());
        }
      }
    } catch (IOException e) {
      return new User(sid, ""); // without a profile, such as .DEFAULT
    }
    return new User(sid, "");
  }

  private void step(
      String read,
      String at,
      List<String> parts,
      List<String> names,
      User user,
      List<Found> found) {
    int wild = 0;
    while (wild < parts.size() && !parts.get(wild).contains("*")) {
      wild++;
    }
    String key = String.join("\\", concat(at, parts.subList(0, wild)));
    if (wild == parts.size()) {
      values(read, key, names, user, found);
      return;
    }
    Optional<List<String>> below = keys(key);
    if (below.isEmpty()) {
      return;
    }
    if (parts.get(wild).equals("**")) {
      below(read, key, names, user, 0, found);
      return;
    }
    for (String name : below.get()) {
      step(read, key + "\\" + name, parts.subList(wild + 1, parts.size()), names, user, found);
    }
  }

  private static List<String> concat(String first, List<String> rest) {
    List<String> all = new ArrayList<>(List.of(first));
    all.addAll(rest);
    return all;
  }

  private void below(
      String read, String key, List<String> names, User user, int depth, List<Found> found) {
    values(read, key, names, user, found);
    if (depth < DEEPEST) {
      for (String name : keys(key).orElse(List.of())) {
        below(read, key + "\\" + name, names, user, depth + 1, found);
      }
    }
  }

  private Optional<List<String>> keys(String key) {
    if (++visited > MOST_KEYS) {
      unseen.add(key);
      return Optional.empty();
    }
    try {
      List<String> keys = registry.keys(key);
      watch(key + BELOW);
      return Optional.of(keys);
    } catch (NoSuchFileException e) {
      watchAbove(key);
      return Optional.empty();
    } catch (IOException e) {
      unseen.add(key);
      return Optional.empty();
    }
  }

  private void values(String read, String key, List<String> names, User user, List<Found> found) {
    if (++visited > MOST_KEYS) {
      unseen.add(key);
      return;
    }
    try {
      List<Registry.Value> values =
          registry.values(key).stream()
              .filter(v -> names.isEmpty() || names.stream().anyMatch(v.name()::equalsIgnoreCase))
              .toList();
      watch(key);
      found.add(new Found(read, new KeyFormats.Key(key, values), user.account(), user.home()));
    } catch (NoSuchFileException e) {
      watchAbove(key);
    } catch (IOException e) {
      unseen.add(key);
    }
  }

  /** A key that is not there yet comes below the nearest that is. */
  private void watchAbove(String key) {
    for (int cut = key.lastIndexOf('\\'); cut > 0; cut = key.lastIndexOf('\\', cut - 1)) {
      String above = key.substring(0, cut);
      try {
        registry.keys(above);
        watch(above);
        return;
      } catch (IOException e) {
        // Neither is this one, or it may not be read: the next above it.
      }
    }
  }

  private void watch(String key) {
    for (String one : watched) {
      if (one.endsWith(BELOW)
          && (key + "\\").startsWith(one.substring(0, one.length() - BELOW.length()) + "\\")) {
        return; // told of already
      }
    }
    watched.add(key);
  }
}
