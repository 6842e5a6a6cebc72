package io.waybillguard.agent.sense.persistence;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** A file in a folder whose files Windows opens when somebody logs in. */
final class StartupFile {
  private StartupFile() {}

  static List<Line> read(Source source) {
    if (source.name().toLowerCase(Locale.ROOT).equals("desktop.ini")) {
      return List.of(); // how the folder looks
    }
    Optional<Shortcut> link = Shortcut.of(source.text().getBytes(StandardCharsets.ISO_8859_1));
    if (link.isEmpty()) {
      return List.of(Line.program(source.name(), source.path()));
    }
    String target = link.get().target();
    String command = "\"" + target + "\" " + link.get().arguments();
    return List.of(Line.windows(source.name(), "", command.strip()));
  }
}
