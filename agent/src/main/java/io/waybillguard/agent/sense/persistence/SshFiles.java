package io.waybillguard.agent.sense.persistence;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Who may come in by SSH, and what runs when they do: sshd(8), sshd_config(5), ssh_config(5). */
final class SshFiles {
  private static final Pattern KEYWORD = Pattern.compile("([A-Za-z]++)(?:\\s*+=\\s*+|\\s++)(.++)");

  /** Keywords of the client that run something or open a way back. */
  private static final Set<String> CLIENT =
      Set.of("proxycommand", "localcommand", "remoteforward", "knownhostscommand", "match");

  private static final Set<String> RUNS =
      Set.of("authorizedkeyscommand", "forcecommand", "proxycommand", "localcommand", "subsystem");

  private SshFiles() {}

  static List<Line> authorizedKeys(Source source) {
    List<Line> lines = new ArrayList<>();
    for (String line : source.lines()) {
      AuthorizedKey.parse(line)
          .map(
              key ->
                  Line.fact(
                      key.fingerprint(),
                      source.account(),
                      (key.type() + " " + key.comment()).strip()))
          .ifPresent(lines::add);
    }
    return lines;
  }

  /** Every setting, since each may open a door; the file's own defaults are comments. */
  static List<Line> server(Source source) {
    return keywords(source, false);
  }

  static List<Line> client(Source source) {
    return keywords(source, true);
  }

  private static List<Line> keywords(Source source, boolean isClient) {
    List<Line> lines = new ArrayList<>();
    for (String line : source.lines()) {
      Matcher parts = KEYWORD.matcher(line);
      if (!parts.matches()) {
        continue;
      }
      String keyword = parts.group(1).toLowerCase(Locale.ROOT);
      if (isClient && !CLIENT.contains(keyword)) {
        continue;
      }
      String value = parts.group(2);
      String runs = keyword.equals("subsystem") ? value.replaceFirst("^\\S+\\s*", "") : value;
      Line fact = Line.fact(parts.group(1), source.account(), value);
      lines.add(RUNS.contains(keyword) ? fact.starting(ShellWords.program(runs)) : fact);
    }
    return lines;
  }
}
