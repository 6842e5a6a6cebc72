package io.waybillguard.agent.config;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Where files are known to be sent to: {@code config/indicators/upload-destinations.yaml}, as the
 * program carries it.
 */
public final class UploadDestinations {
  private static final String FILE = "upload-destinations.yaml";
  private static final String SCHEMA = "waybill-guard/upload-destinations/1";

  /** The names are said by the bundle of sentences about records, which has the same. */
  static final Set<String> KNOWN =
      Set.of(
          "id",
          "name",
          "name_zh",
          "class",
          "programs",
          "hosts",
          "networks",
          "folders",
          "source",
          "confidence");

  private static final Pattern NETWORK =
      Pattern.compile("(?:(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)(?:\\.|(?=/))){4}/(?:3[0-2]|[12]?\\d)");

  /**
   * One of them.
   *
   * @param id its short name
   * @param programs names of its executables
   * @param hosts names of its servers, {@code *} for any part
   * @param networks its IPv4 networks
   * @param folders parts of paths that it takes files from
   */
  public record Destination(
      String id,
      List<String> programs,
      List<String> hosts,
      List<String> networks,
      List<String> folders) {}

  private UploadDestinations() {}

  /**
   * All that the program carries.
   *
   * @throws IOException if the file is not as it should be; says where
   */
  public static List<Destination> carried() throws IOException {
    return read(DataFile.carried(FILE, SCHEMA, Set.of("schema", "sources", "destinations")));
  }

  static List<Destination> read(DataFile file) throws IOException {
    List<Destination> all = new ArrayList<>();
    for (DataFile.Item item : file.facts("destinations", KNOWN)) {
      String id = item.text("id");
      for (String network : item.texts("networks")) {
        if (!NETWORK.matcher(network).matches()) {
          throw new IOException(FILE + ": " + id + ": " + network + " is no IPv4 network");
        }
      }
      all.add(
          new Destination(
              id,
              item.texts("programs"),
              item.texts("hosts"),
              item.texts("networks"),
              item.texts("folders")));
    }
    return all;
  }
}
