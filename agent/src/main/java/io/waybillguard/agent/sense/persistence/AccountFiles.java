package io.waybillguard.agent.sense.persistence;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** Who there is and who may do everything: passwd(5), shadow(5), group(5), sudoers(5). */
final class AccountFiles {
  private static final Set<String> MIGHTY =
      Set.of("root", "sudo", "wheel", "admin", "docker", "lxd", "disk", "shadow", "adm");

  private AccountFiles() {}

  static List<Line> passwd(Source source) {
    List<Line> lines = new ArrayList<>();
    for (String line : source.lines()) {
      String[] fields = line.split(":", -1);
      if (fields.length >= 7) {
        String shell = fields[6];
        lines.add(
            Line.fact(
                    fields[0],
                    fields[0],
                    "uid=" + fields[2] + " home=" + fields[5] + " shell=" + shell)
                .enabled(!shell.endsWith("/nologin") && !shell.endsWith("/false")));
      }
    }
    return lines;
  }

  /** Whether an account has a password and since which day; never the hash. */
  static List<Line> shadow(Source source) {
    List<Line> lines = new ArrayList<>();
    for (String line : source.lines()) {
      String[] fields = line.split(":", -1);
      if (fields.length >= 3) {
        String hash = fields[1];
        String state =
            hash.isEmpty()
                ? "no password needed"
                : hash.startsWith("!") || hash.startsWith("*") ? "no password login" : "password";
        lines.add(
            Line.fact(fields[0], fields[0], state + ", changed on day " + fields[2])
                .enabled(!state.equals("no password login")));
      }
    }
    return lines;
  }

  static List<Line> group(Source source) {
    List<Line> lines = new ArrayList<>();
    for (String line : source.lines()) {
      String[] fields = line.split(":", -1);
      if (fields.length >= 4 && MIGHTY.contains(fields[0])) {
        Arrays.stream(fields[3].split(","))
            .filter(member -> !member.isBlank())
            .forEach(m -> lines.add(Line.fact(fields[0] + ": " + m, m, "member of " + fields[0])));
      }
    }
    return lines;
  }

  static List<Line> sudoers(Source source) {
    List<Line> lines = new ArrayList<>();
    for (String line : source.joinedLines()) {
      lines.add(Line.fact(line.split("\\s+", 2)[0], "", line));
    }
    // An include may begin with #, as in sudo before 1.9.1.
    source
        .text()
        .lines()
        .map(String::strip)
        .filter(l -> l.startsWith("#include"))
        .forEach(l -> lines.add(Line.fact("include", "", l)));
    return lines;
  }
}
