package io.waybillguard.agent.sense.persistence;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What others run for their own reasons: udev(7), apt.conf(5), logrotate(8), pam.conf(5). */
final class HookFiles {
  private static final Pattern UDEV =
      Pattern.compile(
          "\\b(RUN|PROGRAM|IMPORT)(?:\\{(\\w++)\\})?+\\s*+[+:]?=\\s*+e?\"((?:[^\"\\\\]|\\\\.)*+)\"");

  private static final Pattern APT =
      Pattern.compile(
          "(?i)\\b((?:[a-z]++::)*+(?:[a-z-]{0,32}?(?:pre|post)-(?:invoke|install)[a-z-]*+))(?:::)?\\s*+"
              + "(\\{[^}]*+\\}|\"[^\"]*+\")");

  private static final Pattern QUOTED = Pattern.compile("\"([^\"]*+)\"");
  private static final Pattern COMMENT = Pattern.compile("(?m)^\\s*+(?://|#).*+$");

  private static final Set<String> SCRIPTS =
      Set.of("prerotate", "postrotate", "firstaction", "lastaction", "preremove");

  private static final Pattern PAM =
      Pattern.compile(
          "(-?(?:auth|account|password|session))\\s++(\\[[^\\]]*+\\]|\\S++)\\s++(\\S++)\\s*+(.*+)");

  private HookFiles() {}

  static List<Line> udev(Source source) {
    if (!source.name().endsWith(".rules")) {
      return List.of();
    }
    List<Line> lines = new ArrayList<>();
    for (String line : source.joinedLines()) {
      Matcher run = UDEV.matcher(line);
      while (run.find()) {
        boolean builtin = "builtin".equals(run.group(2)) || "file".equals(run.group(2));
        if (run.group(1).equals("IMPORT") ? "program".equals(run.group(2)) : !builtin) {
          lines.add(Line.command(run.group(1), "root", run.group(3)));
        }
      }
    }
    return lines;
  }

  static List<Line> apt(Source source) {
    List<Line> lines = new ArrayList<>();
    Matcher hook = APT.matcher(COMMENT.matcher(source.text()).replaceAll(""));
    while (hook.find()) {
      Matcher command = QUOTED.matcher(hook.group(2));
      while (command.find()) {
        lines.add(Line.command(hook.group(1), "root", command.group(1)));
      }
    }
    return lines;
  }

  static List<Line> logrotate(Source source) {
    List<Line> lines = new ArrayList<>();
    String within = "";
    List<String> script = new ArrayList<>();
    for (String line : source.lines()) {
      if (SCRIPTS.contains(line)) {
        within = line;
        script.clear();
      } else if (line.equals("endscript") && !within.isEmpty()) {
        lines.add(Line.command(within, "root", String.join("; ", script)));
        within = "";
      } else if (!within.isEmpty()) {
        script.add(line);
      }
    }
    return lines;
  }

  /** A rule; its module is the program, and for pam_exec what that runs. */
  static List<Line> pam(Source source) {
    List<Line> lines = new ArrayList<>();
    for (String line : source.joinedLines()) {
      Matcher rule = PAM.matcher(line);
      if (rule.matches()) {
        String module = rule.group(3);
        String runs =
            module.endsWith("pam_exec.so")
                ? List.of(rule.group(4).split("\\s+")).stream()
                    .filter(ShellWords::isPath)
                    .findFirst()
                    .orElse("")
                : module.startsWith("/") ? module : "";
        lines.add(Line.fact(rule.group(1) + " " + module, "", line).starting(runs));
      } else if (line.startsWith("@include")) {
        lines.add(Line.fact(line, "", line));
      }
    }
    return lines;
  }
}
