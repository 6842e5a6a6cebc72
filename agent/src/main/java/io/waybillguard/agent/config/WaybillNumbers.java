package io.waybillguard.agent.config;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * What waybill numbers look like: {@code config/indicators/waybill-numbers.yaml}, as the program
 * carries it.
 *
 * @param distinct regular expressions of forms that few other numbers have
 * @param common of forms that many others have
 */
public record WaybillNumbers(List<String> distinct, List<String> common) {
  private static final String FILE = "waybill-numbers.yaml";
  private static final String SCHEMA = "waybill-guard/waybill-numbers/1";

  public WaybillNumbers {
    distinct = List.copyOf(distinct);
    common = List.copyOf(common);
  }

  /**
   * All that the program carries.
   *
   * @throws IOException if the file is not as it should be; says where
   */
  public static WaybillNumbers carried() throws IOException {
    return read(DataFile.carried(FILE, SCHEMA, Set.of("schema", "sources", "carriers")));
  }

  static WaybillNumbers read(DataFile file) throws IOException {
    List<String> distinct = new ArrayList<>();
    List<String> common = new ArrayList<>();
    for (DataFile.Item carrier :
        file.items("carriers", Set.of("id", "name", "name_zh", "forms", "source"))) {
      for (DataFile.Item form : carrier.items("forms", Set.of("form", "ambiguity", "old"))) {
        String regex = form.text("form");
        try {
          Pattern unused = Pattern.compile(regex);
        } catch (PatternSyntaxException e) {
          throw new IOException(
              FILE + ": " + carrier.text("id") + ": " + regex + " is no regular expression", e);
        }
        boolean unusedOld = form.flag("old");
        switch (form.text("ambiguity")) {
          case "low", "medium" -> distinct.add(regex);
          case "high" -> common.add(regex);
          default ->
              throw new IOException(
                  FILE
                      + ": "
                      + carrier.text("id")
                      + ": ambiguity should be low, medium or high, is "
                      + form.text("ambiguity"));
        }
      }
    }
    return new WaybillNumbers(distinct, common);
  }
}
