package io.waybillguard.agent.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * A file of facts that the product carries, read strictly: what is misspelled is an error, never
 * left out.
 */
final class DataFile {
  private static final String FOLDER = "/waybill-guard/config/indicators/";

  private final String name;
  private final Map<?, ?> top;

  /** One entry of a list, with the words to say where it stands. */
  static final class Item {
    private final String where;
    private final Map<?, ?> values;

    private Item(String where, Map<?, ?> values) {
      this.where = where;
      this.values = values;
    }

    /** A text that must be there. */
    String text(String key) throws IOException {
      if (values.get(key) instanceof String text && !text.isEmpty()) {
        return text;
      }
      throw new IOException(where + ": " + key + " should be a text, is " + values.get(key));
    }

    /** A text, or what it is when the key is missing. */
    String text(String key, String otherwise) throws IOException {
      return values.get(key) == null ? otherwise : text(key);
    }

    /** The texts of a list; empty when the key is missing. */
    List<String> texts(String key) throws IOException {
      return DataFile.texts(where, key, values.get(key));
    }

    boolean flag(String key) throws IOException {
      Object value = values.get(key);
      if (value == null || value instanceof Boolean) {
        return Boolean.TRUE.equals(value);
      }
      throw new IOException(where + ": " + key + " should be true or false, is " + value);
    }

    /** The entries below this one. */
    List<Item> items(String key, Set<String> known) throws IOException {
      return DataFile.items(where, key, values.get(key), known);
    }
  }

  private DataFile(String name, Map<?, ?> top) {
    this.name = name;
    this.top = top;
  }

  /**
   * A file from the program's own resources.
   *
   * @param schema what it must say that it is
   * @throws IOException if it is not there, no YAML, or of another schema
   */
  static DataFile carried(String name, String schema, Set<String> known) throws IOException {
    try (InputStream in = DataFile.class.getResourceAsStream(FOLDER + name)) {
      if (in == null) {
        throw new IOException("the program lacks its own " + name + "; install it anew");
      }
      return parse(name, new String(in.readAllBytes(), StandardCharsets.UTF_8), schema, known);
    }
  }

  static DataFile parse(String name, String text, String schema, Set<String> known)
      throws IOException {
    Object top;
    try {
      top = new Load(LoadSettings.builder().setLabel(name).build()).loadFromString(text);
    } catch (YamlEngineException e) {
      throw new IOException(name + " is not valid YAML: " + e.getMessage(), e);
    }
    if (!(top instanceof Map<?, ?> map)) {
      throw new IOException(name + " should be a mapping");
    }
    refuseUnknown(name, map, known);
    if (!schema.equals(map.get("schema"))) {
      throw new IOException(name + " is of schema " + map.get("schema") + ", not " + schema);
    }
    return new DataFile(name, map);
  }

  List<Item> items(String key, Set<String> known) throws IOException {
    return items(name, key, top.get(key), known);
  }

  /**
   * The entries of a list of facts: each with an {@code id} of its own, and a {@code source} that
   * names only sources that the file gives.
   */
  List<Item> facts(String key, Set<String> known) throws IOException {
    Set<String> given = sources();
    Set<String> ids = new HashSet<>();
    List<Item> facts = items(key, known);
    for (Item fact : facts) {
      String id = fact.text("id");
      if (!ids.add(id)) {
        throw new IOException(name + ": " + id + " is there twice");
      }
      for (String source : fact.texts("source")) {
        if (!given.contains(source)) {
          throw new IOException(name + ": " + id + " names the source " + source + ", not given");
        }
      }
    }
    return facts;
  }

  /** The names of the sources that the file gives. */
  Set<String> sources() throws IOException {
    if (!(top.get("sources") instanceof Map<?, ?> sources)) {
      throw new IOException(name + ": sources should be a mapping");
    }
    Set<String> names = new LinkedHashSet<>();
    sources.keySet().forEach(source -> names.add(String.valueOf(source)));
    return names;
  }

  private static List<Item> items(
      String where, String key, @Nullable Object value, Set<String> known) throws IOException {
    if (!(value instanceof List<?> list) || list.isEmpty()) {
      throw new IOException(where + ": " + key + " should be a list with entries");
    }
    List<Item> items = new ArrayList<>();
    for (Object each : list) {
      String at = where + ": " + key + " " + (items.size() + 1);
      if (!(each instanceof Map<?, ?> map)) {
        throw new IOException(at + " should be a mapping");
      }
      refuseUnknown(at, map, known);
      items.add(new Item(at, map));
    }
    return items;
  }

  private static List<String> texts(String where, String key, @Nullable Object value)
      throws IOException {
    if (value == null) {
      return List.of();
    }
    List<String> texts = new ArrayList<>();
    if (value instanceof List<?> list) {
      for (Object each : list) {
        if (each instanceof String text && !text.isEmpty()) {
          texts.add(text);
        }
      }
      if (texts.size() == list.size()) {
        return texts;
      }
    }
    throw new IOException(where + ": " + key + " should be a list of texts, is " + value);
  }

  private static void refuseUnknown(String where, Map<?, ?> map, Set<String> known)
      throws IOException {
    for (Object key : map.keySet()) {
      if (!known.contains(String.valueOf(key))) {
        throw new IOException(where + ": " + key + " is not known here; known are " + known);
      }
    }
  }
}
