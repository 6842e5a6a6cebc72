package io.waybillguard.agent.sense.persistence;

import io.waybillguard.agent.event.FileRef;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Which programs a command line starts, by how sh(1) reads it: enough of it to name them, never to
 * run them. What is computed at run time cannot be told.
 */
final class ShellWords {
  private static final Pattern ASSIGNMENT = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*=.*");

  /** They run what follows them. */
  private static final Set<String> WRAPPERS =
      Set.of(
          "nohup",
          "setsid",
          "exec",
          "sudo",
          "env",
          "nice",
          "ionice",
          "timeout",
          "command",
          "time",
          "stdbuf",
          "chrt",
          "doas",
          "eval",
          "then",
          "do",
          "else",
          "!",
          "{",
          "(",
          "systemd-inhibit",
          "dbus-run-session",
          "flock");

  private static final Set<String> INTERPRETERS =
      Set.of(
          "sh",
          "bash",
          "dash",
          "zsh",
          "ksh",
          "python",
          "python2",
          "python3",
          "perl",
          "ruby",
          "node",
          "php",
          "lua",
          "java",
          ".",
          "source",
          "busybox",
          "run-parts");

  /** Words that start nothing: of the shell itself, or that only ask. */
  private static final Set<String> NOTHING =
      Set.of(
          "test",
          "[",
          "[[",
          "true",
          "false",
          ":",
          "echo",
          "printf",
          "cd",
          "export",
          "set",
          "unset",
          "if",
          "elif",
          "while",
          "for",
          "case",
          "esac",
          "fi",
          "done",
          "return",
          "exit",
          "alias",
          "local",
          "shift",
          "umask",
          "trap",
          "wait",
          "read",
          "shopt",
          "type",
          "in",
          "function",
          "readonly",
          "ulimit",
          "break",
          "continue",
          "}",
          ")",
          ";;",
          "mkdir",
          "sleep",
          "pwd");

  private static final Pattern AT_HOME =
      Pattern.compile("/(?:usr/(?!local/|src/|tmp/)|bin/|sbin/|lib/|lib64/).*");

  private static final int MOST_DEPTH = 3;

  private ShellWords() {}

  /**
   * The program that a command line starts: of several the first that lies elsewhere than the
   * system's own, since that is the one to look at.
   *
   * @return as written; "" when it starts none
   */
  static String program(String command) {
    List<String> all = programs(command);
    return all.stream()
        .filter(p -> isPath(p) && !AT_HOME.matcher(p).matches())
        .findFirst()
        .orElse(all.isEmpty() ? "" : all.get(0));
  }

  /** Every program that it starts, in order. */
  static List<String> programs(String command) {
    List<String> found = new ArrayList<>();
    collect(command, found, 0);
    return found;
  }

  /** Whether a word names a file by its place. */
  static boolean isPath(String word) {
    return word.startsWith("/")
        || word.startsWith("~/")
        || word.startsWith("$HOME/")
        || word.startsWith("${HOME}/");
  }

  private static void collect(String command, List<String> found, int depth) {
    for (List<String> simple : simpleCommands(command)) {
      for (String word : simple) {
        int inner = word.indexOf("$(");
        if (inner >= 0 && depth < MOST_DEPTH) {
          int end = word.lastIndexOf(')');
          collect(
              word.substring(inner + 2, end < inner + 2 ? word.length() : end), found, depth + 1);
        }
      }
      int at = 0;
      boolean wrapped = false;
      while (at < simple.size()) {
        String word = simple.get(at);
        String name = FileRef.nameOf(word);
        if (ASSIGNMENT.matcher(word).matches()) {
          at++;
        } else if (WRAPPERS.contains(name)) {
          wrapped = true;
          at++;
        } else if (wrapped && (word.startsWith("-") || word.matches("[0-9.]+[smhd]?"))) {
          at++;
        } else {
          break;
        }
      }
      if (at < simple.size()) {
        told(simple.subList(at, simple.size()), found, depth);
      }
    }
  }

  private static void told(List<String> words, List<String> found, int depth) {
    String first = words.get(0);
    String name = FileRef.nameOf(first);
    if (NOTHING.contains(name) || first.contains("$(")) {
      return;
    }
    if (INTERPRETERS.contains(name)) {
      for (int i = 1; i < words.size(); i++) {
        String word = words.get(i);
        if (word.equals("-c") && i + 1 < words.size() && depth < MOST_DEPTH) {
          int before = found.size();
          collect(words.get(i + 1), found, depth + 1);
          if (found.size() == before) {
            found.add(first);
          }
          return;
        }
        if (!word.startsWith("-")) {
          if (isPath(word)) {
            found.add(word);
            return;
          }
          break;
        }
      }
      if (name.equals(".") || name.equals("source")) {
        return;
      }
    }
    found.add(first);
  }

  /** Splits at what ends a simple command, and each into words without their quotes. */
  private static List<List<String>> simpleCommands(String text) {
    List<List<String>> all = new ArrayList<>();
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    boolean inWord = false;
    char quote = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (quote != 0) {
        if (c == quote) {
          quote = 0;
        } else if (c == '\\' && quote == '"' && i + 1 < text.length()) {
          word.append(text.charAt(++i));
        } else {
          word.append(c);
        }
      } else if (c == '\'' || c == '"') {
        quote = c;
        inWord = true;
      } else if (c == '\\' && i + 1 < text.length()) {
        word.append(text.charAt(++i));
        inWord = true;
      } else if (c == '#' && !inWord) {
        break; // the rest is a comment
      } else if (Character.isWhitespace(c) || ";|&<>()`\n".indexOf(c) >= 0) {
        if (inWord) {
          words.add(word.toString());
          word.setLength(0);
          inWord = false;
        }
        if (c == '<' || c == '>') {
          i = pastRedirection(text, i);
        } else if (!Character.isWhitespace(c) || c == '\n') {
          end(all, words);
        }
      } else {
        word.append(c);
        inWord = true;
      }
    }
    if (inWord) {
      words.add(word.toString());
    }
    end(all, words);
    return all;
  }

  /** The place of the last character of a redirection's file, such as {@code >/dev/null}. */
  private static int pastRedirection(String text, int at) {
    int i = at + 1;
    while (i < text.length() && "<>&| ".indexOf(text.charAt(i)) >= 0) {
      i++;
    }
    while (i < text.length()
        && !Character.isWhitespace(text.charAt(i))
        && ";|&()`".indexOf(text.charAt(i)) < 0) {
      i++;
    }
    return i - 1;
  }

  private static void end(List<List<String>> all, List<String> words) {
    // A number before a redirection, as in 2>&1, is no word of the command.
    if (words.size() > 1 && words.get(words.size() - 1).matches("[0-9]")) {
      words.remove(words.size() - 1);
    }
    if (!words.isEmpty()) {
      all.add(List.copyOf(words));
    }
    words.clear();
  }
}
