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

  private static final Pattern TECHNIQUE = Pattern.compile("T\\d{4}(?:\\.\\d{3})?");

  /**
   * One of them.
   *
   * @param id its short name
   * @param attack the MITRE ATT&amp;CK technique
   * @param places where, and how each is read
   */
  public record Point(String id, String attack, List<Place> places) {}

  /**
   * @param read the name of the reader
   * @param paths absolute or beginning with {@code ~/}, with {@code *} for any part of a name and
   *     {@code **} at the end for all below
   */
  public record Place(String read, List<String> paths) {}

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
    for (DataFile.Item item : file.facts("points", Set.of("id", "attack", "places", "source"))) {
      String id = item.text("id");
      String attack = item.text("attack");
      if (!TECHNIQUE.matcher(attack).matches()) {
        throw new IOException(FILE + ": " + id + ": " + attack + " is no ATT&CK technique");
      }
      List<Place> places = new ArrayList<>();
      for (DataFile.Item place : item.items("places", Set.of("read", "paths"))) {
        for (String path : place.texts("paths")) {
          if (!PATH.matcher(path).matches()) {
            throw new IOException(FILE + ": " + id + ": " + path + " is no path of this kind");
          }
        }
        places.add(new Place(place.text("read"), place.texts("paths")));
      }
      all.add(new Point(id, attack, List.copyOf(places)));
    }
    return all;
  }
}
