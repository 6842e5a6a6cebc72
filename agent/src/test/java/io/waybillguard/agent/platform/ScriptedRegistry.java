package io.waybillguard.agent.platform;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** A registry of what a test puts there. */
public final class ScriptedRegistry implements Registry {
  private final Map<String, Map<String, String>> keys = new TreeMap<>();
  private final Set<String> denied = new LinkedHashSet<>();

  /** A key and those above it. */
  public ScriptedRegistry key(String path) {
    for (int cut = path.indexOf('\\'); cut > 0; cut = path.indexOf('\\', cut + 1)) {
      keys.computeIfAbsent(path.substring(0, cut), k -> new TreeMap<>());
    }
    keys.computeIfAbsent(path, k -> new TreeMap<>());
    return this;
  }

  /** A value. */
  public ScriptedRegistry value(String path, String name, String text) {
    key(path);
    there(path).put(name, text);
    return this;
  }

  /** From now on this key may not be read. */
  public ScriptedRegistry deny(String path) {
    denied.add(path);
    return this;
  }

  private Map<String, String> there(String path) {
    for (Map.Entry<String, Map<String, String>> one : keys.entrySet()) {
      if (one.getKey().equalsIgnoreCase(path)) {
        return one.getValue();
      }
    }
    throw new IllegalStateException(path + " is not there");
  }

  private void check(String path) throws IOException {
    if (denied.contains(path)) {
      throw new AccessDeniedException(path);
    }
    if (keys.keySet().stream().noneMatch(path::equalsIgnoreCase)) {
      throw new NoSuchFileException(path);
    }
  }

  @Override
  public List<String> keys(String path) throws IOException {
    check(path);
    String below = path.toLowerCase(Locale.ROOT) + "\\";
    List<String> names = new ArrayList<>();
    for (String key : keys.keySet()) {
      if (key.toLowerCase(Locale.ROOT).startsWith(below) && key.indexOf('\\', below.length()) < 0) {
        names.add(key.substring(below.length()));
      }
    }
    return names;
  }

  @Override
  public List<Value> values(String path) throws IOException {
    check(path);
    return there(path).entrySet().stream()
        .map(one -> new Value(one.getKey(), one.getValue()))
        .toList();
  }
}
