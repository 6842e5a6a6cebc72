package io.waybillguard.agent.platform.windows;

import java.util.List;
import java.util.stream.Collectors;

/**
 * One line out of many arguments, such that the C runtime takes it apart into the same again.
 * Rules: "Parsing C command-line arguments" of Microsoft's C documentation. Pure.
 */
final class ArgumentLine {
  private ArgumentLine() {}

  static String of(List<String> arguments) {
    return arguments.stream().map(ArgumentLine::quoted).collect(Collectors.joining(" "));
  }

  private static String quoted(String argument) {
    boolean plain =
        !argument.isEmpty()
            && argument.chars().noneMatch(c -> c == ' ' || c == '\t' || c == '\n' || c == '"');
    if (plain) {
      return argument;
    }
    StringBuilder line = new StringBuilder("\"");
    int backslashes = 0;
    for (int i = 0; i < argument.length(); i++) {
      char c = argument.charAt(i);
      if (c == '\\') {
        backslashes++;
        continue;
      }
      // Backslashes count double before a quotation mark, and only there.
      line.append("\\".repeat(c == '"' ? 2 * backslashes + 1 : backslashes)).append(c);
      backslashes = 0;
    }
    return line.append("\\".repeat(2 * backslashes)).append('"').toString();
  }
}
