package io.waybillguard.agent.config;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * How programs come to a PC: {@code config/indicators/program-origins.yaml}, as the program carries
 * it.
 */
public final class ProgramOrigins {
  private static final String FILE = "program-origins.yaml";
  private static final String SCHEMA = "waybill-guard/program-origins/1";
  static final Set<String> KEYS = Set.of("schema", "sources", "families");

  /**
   * One way.
   *
   * @param id its short name
   * @param programs names of executables that write what they bring
   * @param under names of programs whose children do so
   * @param folders parts of paths that only such a program fills
   */
  public record Family(
      String id, List<String> programs, List<String> under, List<String> folders) {}

  private ProgramOrigins() {}

  /**
   * All that the program carries, the first that fits first.
   *
   * @throws IOException if the file is not as it should be; says where
   */
  public static List<Family> carried() throws IOException {
    return read(DataFile.carried(FILE, SCHEMA, KEYS));
  }

  static List<Family> read(DataFile file) throws IOException {
    List<Family> all = new ArrayList<>();
    for (DataFile.Item item :
        file.facts(
            "families",
            Set.of(
                "id", "name", "name_zh", "programs", "under", "folders", "source", "confidence"))) {
      String id = item.text("id");
      all.add(new Family(id, item.texts("programs"), item.texts("under"), item.texts("folders")));
    }
    return all;
  }
}
