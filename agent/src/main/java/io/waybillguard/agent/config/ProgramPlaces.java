package io.waybillguard.agent.config;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Where programs do not belong and what their names pretend: {@code
 * config/indicators/program-places.yaml}, as the program carries it.
 */
public final class ProgramPlaces {
  private static final String FILE = "program-places.yaml";
  private static final String SCHEMA = "waybill-guard/program-places/1";
  static final Set<String> KEYS = Set.of("schema", "sources", "places");

  /**
   * One kind of place.
   *
   * @param starts what a path begins with, each with slashes at both ends
   * @param parts single names
   */
  public record Place(List<String> starts, List<String> parts) {}

  private ProgramPlaces() {}

  /**
   * All that the program carries, by id, in the order of the file.
   *
   * @throws IOException if the file is not as it should be; says where
   */
  public static Map<String, Place> carried() throws IOException {
    return read(DataFile.carried(FILE, SCHEMA, KEYS));
  }

  static Map<String, Place> read(DataFile file) throws IOException {
    Map<String, Place> all = new LinkedHashMap<>();
    for (DataFile.Item item : file.facts("places", Set.of("id", "starts", "parts", "source"))) {
      String id = item.text("id");
      for (String folder : item.texts("starts")) {
        if (!folder.startsWith("/") || !folder.endsWith("/")) {
          throw new IOException(
              FILE + ": " + id + ": " + folder + " should begin and end with a slash");
        }
      }
      all.put(id, new Place(item.texts("starts"), item.texts("parts")));
    }
    return all;
  }
}
