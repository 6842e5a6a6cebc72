package io.waybillguard.agent.sense.persistence;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the loader is told to put into every program, by ld.so(8). */
final class Preloads {
  private static final Pattern VARIABLE =
      Pattern.compile("\\b(LD_PRELOAD|LD_AUDIT|LD_LIBRARY_PATH)\\s*+=\\s*+(\\S++)");

  private Preloads() {}

  static boolean isOne(String text) {
    return VARIABLE.matcher(text).find();
  }

  static Line of(String name, String text) {
    Matcher found = VARIABLE.matcher(text);
    String first = found.find() ? found.group(2).replaceAll("[\"']", "").split(":", 2)[0] : "";
    return Line.fact(name, "", text).starting(ShellWords.isPath(first) ? first : "");
  }

  /** Settings of the environment that preload something. */
  static List<Line> inEnvironment(Source source) {
    return source.lines().stream().filter(Preloads::isOne).map(l -> of(nameIn(l), l)).toList();
  }

  private static String nameIn(String line) {
    Matcher found = VARIABLE.matcher(line);
    return found.find() ? found.group(1) : line;
  }

  /** {@code /etc/ld.so.preload}: libraries, with blanks or colons between them. */
  static List<Line> inFile(Source source) {
    List<Line> lines = new ArrayList<>();
    for (String line : source.lines()) {
      for (String library : line.split("[\\s:]+")) {
        lines.add(Line.program(library, library));
      }
    }
    return lines;
  }
}
