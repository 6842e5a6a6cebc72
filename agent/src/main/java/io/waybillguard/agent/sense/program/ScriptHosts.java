package io.waybillguard.agent.sense.program;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Programs of Windows that run what another file says, and which file that is, from how they were
 * called. Pure. Options are those of Microsoft's command-line reference (Windows Commands: cmd,
 * cscript, wscript, mshta, msiexec, regsvr32, rundll32) and of about_PowerShell_exe and about_Pwsh;
 * the case of a letter says nothing, and what stands there may be a text or an address: that names
 * no file, and is passed over by the caller.
 */
final class ScriptHosts {
  /** {@code -File} and what it may be cut to; PowerShell takes a slash and the long dashes, too. */
  private static final Pattern FILE = Pattern.compile("(?i)[-/\u2013\u2014\u2015]f(i(l(e)?)?)?");

  private static final Pattern POWERSHELL_SCRIPT = Pattern.compile("(?i).*\\.psm?1");
  private static final Pattern BATCH = Pattern.compile("(?i).*\\.(bat|cmd)");
  private static final Pattern PACKAGE = Pattern.compile("(?i).*\\.ms[ip]");

  private static final Map<String, Host> HOSTS =
      Map.of(
          "powershell", ScriptHosts::powershell,
          "pwsh", ScriptHosts::powershell,
          "cmd", words -> words.filter(BATCH.asMatchPredicate()),
          "cscript", words -> words.filter(ScriptHosts::isNoOption),
          "wscript", words -> words.filter(ScriptHosts::isNoOption),
          "mshta", words -> words,
          "msiexec",
              words -> words.map(ScriptHosts::behindItsOption).filter(PACKAGE.asMatchPredicate()),
          "regsvr32", words -> words.filter(ScriptHosts::isNoOption),
          "rundll32", words -> words.map(ScriptHosts::beforeItsEntry));

  /** The words of a call, its own name left out, as far as they may name the file. */
  private interface Host {
    Stream<String> named(Stream<String> words);
  }

  private ScriptHosts() {}

  /**
   * Whether a program is one.
   *
   * @param name without its folder and without {@code .exe}, in lower case
   */
  static boolean isOne(String name) {
    return HOSTS.containsKey(name);
  }

  /**
   * The file that it was told to run.
   *
   * @param name as above
   * @param arguments those of the call, its own name first
   * @return as it was given; empty when none is named
   */
  static Optional<String> script(String name, List<String> arguments) {
    Host host = HOSTS.get(name);
    return host == null
        ? Optional.empty()
        : host.named(arguments.stream().skip(1).map(ScriptHosts::bare)).findFirst();
  }

  /**
   * What follows {@code -File}; else what is named like a script, as in {@code -Command "& a.ps1"}.
   */
  private static Stream<String> powershell(Stream<String> words) {
    List<String> all = words.toList();
    for (int i = 0; i + 1 < all.size(); i++) {
      if (FILE.matcher(all.get(i)).matches()) {
        return Stream.of(all.get(i + 1));
      }
    }
    return all.stream()
        .flatMap(word -> Stream.of(word.split("[\\s&;]+(?=\\S)")))
        .map(ScriptHosts::bare)
        .filter(POWERSHELL_SCRIPT.asMatchPredicate());
  }

  /** {@code C:\a.dll,Entry} */
  private static String beforeItsEntry(String word) {
    int comma = word.indexOf(',');
    return comma < 0 ? word : word.substring(0, comma);
  }

  /** The package may be written to its option: {@code /iC:\a.msi}. */
  private static String behindItsOption(String word) {
    return word.toLowerCase(Locale.ROOT).matches("[-/][iapx].+") ? word.substring(2) : word;
  }

  /** Options of these begin with a slash or a dash; no full path of Windows does. */
  private static boolean isNoOption(String word) {
    return !word.startsWith("/") && !word.startsWith("-");
  }

  /** Without quotes that {@code cmd} and PowerShell take away by themselves. */
  private static String bare(String word) {
    return word.replaceAll("^[\"']+|[\"']+$", "");
  }
}
