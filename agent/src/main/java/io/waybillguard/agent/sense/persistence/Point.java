package io.waybillguard.agent.sense.persistence;

import java.util.List;

/**
 * One kind of place where what starts by itself is written.
 *
 * @param id as in {@code config/indicators/persistence-points.yaml}
 * @param places where, and how each is read
 */
public record Point(String id, List<Place> places) {
  /**
   * @param read the reader's name
   * @param paths absolute or beginning with {@code ~/}; {@code *} for any part of a name, {@code
   *     **} at the end for all files below
   * @param keys of the registry, from {@code HKLM} or {@code HKU\*}; {@code *} for one name, {@code
   *     **} at the end for all below, and after {@code ::} the names of values where not all count
   */
  public record Place(String read, List<String> paths, List<String> keys) {
    public Place {
      paths = List.copyOf(paths);
      keys = List.copyOf(keys);
      if (!(paths.isEmpty() || Formats.isKnown(read))
          || !(keys.isEmpty() || KeyFormats.isKnown(read))) {
        throw new IllegalArgumentException("no reader is called " + read);
      }
    }

    /** Of files only. */
    public Place(String read, List<String> paths) {
      this(read, paths, List.of());
    }
  }

  public Point {
    places = List.copyOf(places);
  }
}
