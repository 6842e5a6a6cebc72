package io.waybillguard.agent.sense.persistence;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Sections of keys and values, as systemd.syntax(7), the Desktop Entry Specification 1.5 and the
 * D-Bus Specification all write them.
 */
final class Ini {
  private final List<Pair> pairs = new ArrayList<>();

  /** One {@code key=value} below a {@code [section]}. */
  record Pair(String section, String key, String value) {}

  private Ini() {}

  static Ini of(Source source) {
    Ini ini = new Ini();
    String section = "";
    for (String line : source.joinedLines()) {
      int equals = line.indexOf('=');
      if (line.startsWith("[") && line.endsWith("]")) {
        section = line.substring(1, line.length() - 1);
      } else if (!line.startsWith(";") && equals > 0) {
        ini.pairs.add(
            new Pair(
                section, line.substring(0, equals).strip(), line.substring(equals + 1).strip()));
      }
    }
    return ini;
  }

  List<Pair> in(String section) {
    return pairs.stream().filter(p -> p.section().equals(section)).toList();
  }

  /** The last value of a key, which is the one that counts; empty when there is none. */
  Optional<String> value(String section, String key) {
    return in(section).stream()
        .filter(p -> p.key().equals(key))
        .map(Pair::value)
        .reduce((first, last) -> last);
  }

  boolean has(String section) {
    return pairs.stream().anyMatch(p -> p.section().equals(section));
  }
}
