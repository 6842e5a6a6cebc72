package io.waybillguard.agent.sense.persistence;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A script that a shell reads at a login: one entry for the file as a whole, and one for each
 * program that it names by its place.
 */
final class ShellFile {
  private static final int MOST = 64;

  private ShellFile() {}

  static List<Line> read(Source source) {
    List<Line> lines = new ArrayList<>();
    lines.add(Line.whole(source.name()));
    Set<String> told = new LinkedHashSet<>();
    for (String line : source.joinedLines()) {
      for (String program : ShellWords.programs(line)) {
        if (ShellWords.isPath(program) && told.size() < MOST && told.add(program)) {
          lines.add(new Line(source.name() + " " + program, "", line, program, true, "", false));
        }
      }
    }
    return lines;
  }
}
