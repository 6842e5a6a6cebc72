package io.waybillguard.agent.sense.persistence;

import io.waybillguard.agent.platform.Registry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The readers of registry keys by the names that {@code config/indicators/persistence-points.yaml}
 * uses. Pure.
 */
final class KeyFormats {
  /** Reads the values of one key. */
  @FunctionalInterface
  private interface Reader {
    List<Line> read(Key key);
  }

  /**
   * A key that was read.
   *
   * @param path from its root
   */
  record Key(String path, List<Registry.Value> values) {
    private String name() {
      return path.substring(path.lastIndexOf('\\') + 1);
    }

    /** The text of a value; "" when there is none. */
    private String text(String value) {
      for (Registry.Value one : values) {
        if (one.name().equalsIgnoreCase(value)) {
          return one.text();
        }
      }
      return "";
    }
  }

  /** SERVICE_AUTO_START (winnt.h); those above wait to be asked for, or are off. */
  private static final long AUTO_START = 2;

  private static final String UNNAMED = "(default)";

  private static final Map<String, Reader> READERS = readers();

  private KeyFormats() {}

  private static Map<String, Reader> readers() {
    Map<String, Reader> all = new HashMap<>();
    all.put("value-command", key -> each(key, KeyFormats::command));
    all.put("value-program", key -> each(key, KeyFormats::program));
    all.put("value-fact", key -> each(key, v -> Line.fact(name(v), "", oneLine(v.text()))));
    all.put("key-fact", key -> List.of(Line.fact(key.name(), "", "")));
    all.put("service", KeyFormats::service);
    all.put("task-key", KeyFormats::task);
    all.put("installed", KeyFormats::installed);
    return Map.copyOf(all);
  }

  static boolean isKnown(String format) {
    return READERS.containsKey(format);
  }

  static List<Line> read(String format, Key key) {
    Reader reader = READERS.get(format);
    if (reader == null) {
      throw new IllegalArgumentException("no reader of keys is called " + format);
    }
    return reader.read(key);
  }

  private interface OfValue {
    Line read(Registry.Value value);
  }

  private static List<Line> each(Key key, OfValue reader) {
    List<Line> lines = new ArrayList<>();
    for (Registry.Value value : key.values()) {
      if (!value.text().isEmpty()) {
        lines.add(reader.read(value));
      }
    }
    return lines;
  }

  private static Line command(Registry.Value value) {
    return Line.windows(name(value), "", oneLine(value.text()));
  }

  /** One file, or a list of them, which the system takes with blanks or commas between. */
  private static Line program(Registry.Value value) {
    return command(value);
  }

  private static String name(Registry.Value value) {
    return value.name().isEmpty() ? UNNAMED : value.name();
  }

  private static String oneLine(String text) {
    return text.strip().replace("\n", "; ");
  }

  /** A service, or a driver, which is one that the kernel runs. */
  private static List<Line> service(Key key) {
    String image = key.text("ImagePath");
    String start = key.text("Start");
    if (image.isEmpty() || start.isEmpty()) {
      return List.of(); // what a program keeps there, or a driver that has no file of its own
    }
    boolean auto = start.matches("\\d{1,9}") && Long.parseLong(start) <= AUTO_START;
    return List.of(Line.windows(key.name(), key.text("ObjectName"), image).enabled(auto));
  }

  /** A folder of tasks has no id. What has no descriptor is listed nowhere, and runs. */
  private static List<Line> task(Key key) {
    String id = key.text("Id");
    if (id.isEmpty()) {
      return List.of();
    }
    boolean isListed = key.values().stream().anyMatch(v -> v.name().equalsIgnoreCase("SD"));
    return List.of(Line.fact(key.name(), "", isListed ? id : id + " (no SD: hidden from lists)"));
  }

  private static List<Line> installed(Key key) {
    String name = key.text("DisplayName");
    String version = key.text("DisplayVersion");
    String publisher = key.text("Publisher");
    if (name.isEmpty()) {
      return List.of(); // parts and patches that no list shows
    }
    return List.of(
        Line.fact(name, "", String.format(Locale.ROOT, "%s %s", version, publisher).strip()));
  }
}
