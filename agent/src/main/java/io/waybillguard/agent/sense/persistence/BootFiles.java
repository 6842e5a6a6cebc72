package io.waybillguard.agent.sense.persistence;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What runs at boot or in the kernel: links of run levels, inittab(5), modprobe.d(5), the kernel's
 * command line.
 */
final class BootFiles {
  private static final Pattern GRUB =
      Pattern.compile("(GRUB_CMDLINE\\w*+|GRUB_PRELOAD\\w*+)=(.*+)");
  private static final Pattern INIT = Pattern.compile("(?:^|\\s)(?:rd)?init=(\\S++)");

  private BootFiles() {}

  /** {@code S01name} starts at that level, {@code K01name} ends there. */
  static List<Line> runLevel(Source source) {
    return source.link().isEmpty()
        ? List.of()
        : List.of(
            Line.fact(source.folder() + "/" + source.name(), "", "-> " + source.link())
                .enabled(source.name().startsWith("S")));
  }

  static List<Line> inittab(Source source) {
    List<Line> lines = new ArrayList<>();
    for (String line : source.lines()) {
      String[] fields = line.split(":", 4);
      if (fields.length == 4) {
        lines.add(Line.command(fields[0], "root", fields[3]).enabled(!fields[2].equals("off")));
      }
    }
    return lines;
  }

  /** Only what runs a command; options and aliases start nothing. */
  static List<Line> modprobe(Source source) {
    List<Line> lines = new ArrayList<>();
    for (String line : source.joinedLines()) {
      String[] words = line.split("\\s+", 3);
      if (words.length == 3 && (words[0].equals("install") || words[0].equals("remove"))) {
        lines.add(Line.command(words[0] + " " + words[1], "root", words[2]));
      }
    }
    return lines;
  }

  static List<Line> commandLine(Source source) {
    List<Line> lines = new ArrayList<>();
    for (String line : source.lines()) {
      Matcher grub = GRUB.matcher(line);
      Matcher init = INIT.matcher(line);
      boolean starts = init.find();
      if (grub.matches() || starts) {
        Line fact = Line.fact(grub.matches() ? grub.group(1) : "init", "root", line);
        lines.add(starts ? fact.starting(init.group(1).replaceAll("[\"']", "")) : fact);
      }
    }
    return lines;
  }

  /** {@code /proc/sys/kernel/tainted}: 0 while nothing foreign was loaded (kernel docs). */
  static List<Line> taint(Source source) {
    return List.of(Line.fact("tainted", "", source.text().strip()));
  }
}
