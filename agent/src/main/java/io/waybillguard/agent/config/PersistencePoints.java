package io.waybillguard.agent.config;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Where what starts by itself is written: {@code config/indicators/persistence-points.yaml}, as the
 * program carries it.
 */
public final class PersistencePoints {
  private static final String FILE = "persistence-points.yaml";
  private static final String SCHEMA = "waybill-guard/persistence-points/1";

  /** Absolute or below a home; two stars only at the end. */
  private static final Pattern PATH =
      Pattern.compile("(?:~?/)(?:[^/*]|\\*(?!\\*)|/(?=[^/]))*(?:/\\*\\*)?");

  /** A key below one of two roots, and maybe names of values. */
  private static final Pattern KEY = Pattern.compile("HK(?:LM|U)(?:\\\\[^\\\\:]+)+(?: :: .+)?");

  private static final Pattern TECHNIQUE = Pattern.compile("T\\d{4}(?:\\.\\d{3})?");

  /**
   * One of them.
   *
   * @param id its short name
   * @param system {@code linux} or {@code windows}
   * @param attack the MITRE ATT&amp;CK technique
   * @param places where, and how each is read
   */
  public record Point(String id, String system, String attack, List<Place> places) {}

  /**
   * @param read the name of the reader
   * @param paths absolute or beginning with {@code ~/}, with {@code *} for any part of a name and
   *     {@code **} at the end for all below
   * @param keys of the registry, with the names of values after {@code ::}
   */
  public record Place(String read, List<String> paths, List<String> keys) {}

  private static final Set<String> KNOWN = Set.of("id", "system", "attack", "places", "source");
  private static final Set<String> SYSTEMS = Set.of("linux", "windows");

  private PersistencePoints() {}

  /**
   * All that the program carries.
   *
   * @throws IOException if the file is not as it should be; says where
   */
  public static List<Point> carried() throws IOException {
    return read(DataFile.carried(FILE, SCHEMA, Set.of("schema", "sources", "points")));
  }

  static List<Point> read(DataFile file) throws IOException {
    List<Point> all = new ArrayList<>();
    for (DataFile.Item item : file.facts("points", KNOWN)) {
      String id = item.text("id");
      String attack = item.text("attack");
      if (!TECHNIQUE.matcher(attack).matches()) {
        throw new IOException(FILE + ": " + id + ": " + attack + " is no ATT&CK technique");
      }
      String system = item.text("system", "linux");
      if (!SYSTEMS.contains(system)) {
        throw new IOException(FILE + ": " + id + ": " + system + " is none of " + SYSTEMS);
      }
      List<Place> places = new ArrayList<>();
      for (DataFile.Item place : item.items("places", Set.of("read", "paths", "keys"))) {
        for (String path : place.texts("paths")) {
          if (!PATH.matcher(path).matches()) {
            throw new IOException(FILE + ": " + id + ": " + path + " is no path of this kind");
          }
        }
        for (String key : place.texts("keys")) {
          if (!KEY.matcher(key).matches()) {
            throw new IOException(FILE + ": " + id + ": " + key + " is no key of the registry");
          }
        }
        places.add(new Place(place.text("read"), place.texts("paths"), place.texts("keys")));
      }
      all.add(new Point(id, system, attack, List.copyOf(places)));
    }
    return all;
  }
}
