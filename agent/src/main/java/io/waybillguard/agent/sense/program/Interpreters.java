package io.waybillguard.agent.sense.program;

import io.waybillguard.agent.event.FileRef;
import io.waybillguard.agent.platform.PathText;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Programs that run what another file says, and which file that is, from how they were called.
 * Pure. Options are those of the programs' own manuals; of a call that is not understood the wrong
 * word, or none, is taken for the file, and a word that names no file is passed over by the caller.
 */
final class Interpreters {
  private static final Pattern NAME =
      Pattern.compile(
          "(?<family>sh|bash|dash|ash|zsh|ksh|mksh|python|perl|ruby|node|nodejs|php|lua|tclsh|wish"
              + "|expect|java|wine|wine64|mono)[0-9.]*(?:-[\\w.]+)?");

  /** Of a console and, for Python and Java, of none. */
  private static final Pattern EXE =
      Pattern.compile("(.+?)(?:(?<=python|java)w)?\\.exe", Pattern.CASE_INSENSITIVE);

  private static final Set<String> SHELLS =
      Set.of("sh", "bash", "dash", "ash", "zsh", "ksh", "mksh");

  /** Options whose value is the next word. */
  private static final Set<String> WITH_VALUE =
      Set.of(
          "-W", "-X", "-o", "+o", "-O", "+O", "--rcfile", "--init-file", "-r", "--require", "-d");

  /** Options after which there is a text, or a module, and no file. */
  private static final Set<String> TEXT = Set.of("-c", "-e", "-E", "-m", "-p", "-r", "--eval");

  private Interpreters() {}

  /** As people call it: without what Windows puts to it, where case says nothing either. */
  private static String name(Path program) {
    String name = FileRef.nameOf(PathText.of(program));
    Matcher windows = EXE.matcher(name);
    return windows.matches() ? windows.group(1).toLowerCase(Locale.ROOT) : name;
  }

  private static Optional<String> family(String name) {
    Matcher known = NAME.matcher(name);
    return known.matches() ? Optional.of(known.group("family")) : Optional.empty();
  }

  /** Whether a program is one, by its name. */
  static boolean isOne(Path program) {
    String name = name(program);
    return ScriptHosts.isOne(name) || family(name).isPresent();
  }

  /**
   * The file that it was told to run.
   *
   * @param arguments those of the call, its own name first
   * @return as it was given; empty when it reads what is typed, or a text
   */
  static Optional<String> script(Path program, List<String> arguments) {
    String name = name(program);
    if (ScriptHosts.isOne(name)) {
      return ScriptHosts.script(name, arguments);
    }
    String family = family(name).orElse("");
    for (int i = 1; i < arguments.size(); i++) {
      String word = arguments.get(i);
      boolean isLast = i + 1 >= arguments.size();
      if (word.equals("--") || word.equals("-jar") || (word.equals("-f") && family.equals("php"))) {
        return isLast ? Optional.empty() : Optional.of(arguments.get(i + 1));
      }
      if (!word.startsWith("-") && !word.startsWith("+")) {
        // Of Java, a word is the name of a class.
        return family.equals("java") ? Optional.empty() : Optional.of(word);
      }
      if (isText(family, word)) {
        return Optional.empty();
      }
      if (WITH_VALUE.contains(word)
          || (family.equals("java") && word.matches("-cp|-classpath|-p"))) {
        i++;
      }
    }
    return Optional.empty();
  }

  /** Shells take several letters at once, as in {@code -lc}; nothing is typed into others. */
  private static boolean isText(String family, String word) {
    return SHELLS.contains(family)
        ? word.matches("-[a-z]*[cs][a-z]*")
        : !family.equals("java")
            && (TEXT.contains(word) && !(family.equals("node") && word.equals("-r")));
  }
}
