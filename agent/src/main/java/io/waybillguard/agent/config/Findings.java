package io.waybillguard.agent.config;

import io.waybillguard.agent.config.Problem.Reason;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What one reading of a file has found: the settings in force, and everything that is wrong. */
final class Findings {
  private final String file;
  private final List<Setting> settings = new ArrayList<>();
  private final List<Problem> problems = new ArrayList<>();

  Findings(String file) {
    this.file = file;
  }

  void known(String key, String value, String standard, Expected expected) {
    settings.add(new Setting(key, value, standard, expected));
  }

  void add(int line, Reason reason, String key, String found) {
    add(line, reason, key, found, Expected.SECTION);
  }

  void add(int line, Reason reason, String key, String found, Expected expected) {
    problems.add(new Problem(file, line, reason, key, found, expected, "", List.of()));
  }

  List<Setting> settings() {
    return settings;
  }

  /**
   * Ends the reading.
   *
   * @throws ConfigException if anything was wrong
   */
  void refuseIfWrong() throws ConfigException {
    if (!problems.isEmpty()) {
      List<String> keys = settings.stream().map(Setting::key).toList();
      throw new ConfigException(
          problems.stream()
              .map(p -> p.reason() == Reason.UNKNOWN_KEY ? withNearest(p, keys) : p)
              .sorted(Comparator.comparingInt(Problem::line))
              .toList());
    }
  }

  private static Problem withNearest(Problem p, List<String> keys) {
    String nearest = Nearest.to(p.key(), keys);
    return new Problem(
        p.file(),
        p.line(),
        p.reason(),
        p.key(),
        p.found(),
        p.expected(),
        nearest,
        nearest.isEmpty() ? siblings(p.key(), keys) : List.of());
  }

  private static List<String> siblings(String key, List<String> keys) {
    String section = key.substring(0, key.lastIndexOf('.') + 1);
    return keys.stream()
        .filter(known -> known.startsWith(section))
        .map(known -> known.substring(section.length()).replaceFirst("\\..*", ""))
        .distinct()
        .toList();
  }
}
