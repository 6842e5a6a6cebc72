package io.waybillguard.agent.sense.persistence;

import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a command line of Windows starts, as far as its text tells. Pure.
 *
 * <p>Without quotes a path may hold blanks, and Windows tries each (CreateProcessW, {@code
 * lpCommandLine}); here the first part that ends like a program is taken. A bare name ends at the
 * first blank.
 */
final class WindowsCommand {
  private static final String ENDINGS =
      "(?:exe|com|bat|cmd|scr|pif|dll|sys|vbs|js|ps1|msc|cpl|ocx)";

  private static final Pattern QUOTED = Pattern.compile("\\s*\"([^\"]+)\"?(.*)", Pattern.DOTALL);

  private static final Pattern UNQUOTED =
      Pattern.compile(
          "\\s*((?:[a-z]:|%|\\\\).*?\\." + ENDINGS + ")(?=$|[\\s,\"])(.*)",
          Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

  private static final Pattern FIRST = Pattern.compile("\\s*(\\S+)(.*)", Pattern.DOTALL);

  /** Those that run what they are given: the first word that is no option is what matters. */
  private static final List<String> HOSTS =
      List.of("rundll32", "regsvr32", "wscript", "cscript", "mshta");

  /** What a line starts, and the rest of it. */
  private record Split(String program, String rest) {}

  private WindowsCommand() {}

  /** The path or name of the program, as it is written; "" when the line is blank. */
  static String program(String line) {
    Split split = split(line);
    String host = name(split.program());
    if (!HOSTS.contains(host)) {
      return split.program();
    }
    String rest = split.rest().strip();
    while (rest.startsWith("/") || rest.startsWith("-")) {
      int end = rest.indexOf(' ');
      rest = end < 0 ? "" : rest.substring(end).strip();
    }
    Split given = split(rest);
    int comma = given.program().indexOf(',');
    String what = comma < 0 ? given.program() : given.program().substring(0, comma);
    return what.isEmpty() || what.contains("://") ? split.program() : what;
  }

  private static Split split(String line) {
    for (Pattern pattern : List.of(QUOTED, UNQUOTED, FIRST)) {
      Matcher matcher = pattern.matcher(line);
      if (matcher.matches()) {
        return new Split(matcher.group(1).strip(), matcher.group(2));
      }
    }
    return new Split("", "");
  }

  /** The name without folder and {@code .exe}, in lower case. */
  private static String name(String program) {
    String name =
        program.substring(Math.max(program.lastIndexOf('\\'), program.lastIndexOf('/')) + 1);
    return name.toLowerCase(Locale.ROOT).replaceFirst("\\.exe$", "");
  }
}
