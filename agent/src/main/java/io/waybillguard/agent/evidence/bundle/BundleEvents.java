package io.waybillguard.agent.evidence.bundle;

import java.io.IOException;
import java.nio.file.Path;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The events of a bundle as they lie there; whether they are genuine, {@link BundleVerifier} says.
 */
public final class BundleEvents {
  private static final String RECORDS = "data/records/";
  private static final String EVENT = ".0.body";

  private BundleEvents() {}

  /** Told of each event, in the order of the log. */
  @FunctionalInterface
  public interface Listener {
    /**
     * @param seq the record's place in the log
     * @param body its body part 0
     */
    void on(long seq, byte[] body) throws IOException;
  }

  /**
   * Reads them all.
   *
   * @param bundle a folder or a zip
   * @throws IOException if there is no bundle, or it cannot be read
   */
  public static void read(Path bundle, Listener listener) throws IOException {
    try (BundleFiles files = BundleFiles.open(bundle)) {
      SortedMap<Long, String> events = new TreeMap<>();
      for (String name : files.names()) {
        if (name.startsWith(RECORDS) && name.endsWith(EVENT)) {
          String place = name.substring(RECORDS.length(), name.length() - EVENT.length());
          if (place.matches("[0-9]{1,18}")) {
            events.put(Long.parseLong(place), name);
          }
        }
      }
      for (var each : events.entrySet()) {
        listener.on(each.getKey(), files.read(each.getValue()));
      }
    }
  }
}
