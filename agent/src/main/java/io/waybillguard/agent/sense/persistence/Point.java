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
   */
  public record Place(String read, List<String> paths) {
    public Place {
      paths = List.copyOf(paths);
      if (!Formats.isKnown(read)) {
        throw new IllegalArgumentException("no reader is called " + read);
      }
    }
  }

  public Point {
    places = List.copyOf(places);
  }
}
