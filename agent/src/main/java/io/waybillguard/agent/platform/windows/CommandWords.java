package io.waybillguard.agent.platform.windows;

import java.util.ArrayList;
import java.util.List;

/**
 * The words of a command line, as programs that were built with Microsoft's C runtime take it apart
 * (Microsoft, "Parsing C command-line arguments"): 2n backslashes before a quote are n of them, one
 * more takes the quote as it is, two quotes within quotes are one. The first word is the program
 * and knows no backslashes. Pure. Other programs may take the same line apart in another way.
 */
final class CommandWords {
  private final String line;
  private int at;

  private CommandWords(String line) {
    this.line = line;
  }

  static List<String> of(String line) {
    CommandWords reader = new CommandWords(line);
    List<String> words = new ArrayList<>();
    words.add(reader.program());
    while (reader.hasMore()) {
      words.add(reader.word());
    }
    return words;
  }

  private boolean hasMore() {
    while (at < line.length() && isBlank()) {
      at++;
    }
    return at < line.length();
  }

  private boolean isBlank() {
    return line.charAt(at) == ' ' || line.charAt(at) == '\t';
  }

  private String program() {
    StringBuilder word = new StringBuilder();
    boolean quoted = false;
    for (; at < line.length() && (quoted || !isBlank()); at++) {
      if (line.charAt(at) == '"') {
        quoted = !quoted;
      } else {
        word.append(line.charAt(at));
      }
    }
    return word.toString();
  }

  private String word() {
    StringBuilder word = new StringBuilder();
    boolean quoted = false;
    while (at < line.length() && (quoted || !isBlank())) {
      int slashes = 0;
      while (at < line.length() && line.charAt(at) == '\\') {
        slashes++;
        at++;
      }
      boolean atQuote = at < line.length() && line.charAt(at) == '"';
      word.append("\\".repeat(atQuote ? slashes / 2 : slashes));
      if (atQuote && slashes % 2 == 1) {
        word.append('"');
        at++;
      } else if (atQuote) {
        at++;
        if (quoted && at < line.length() && line.charAt(at) == '"') {
          word.append('"');
          at++;
        } else {
          quoted = !quoted;
        }
      } else if (slashes == 0) {
        word.append(line.charAt(at));
        at++;
      }
    }
    return word.toString();
  }
}
