package io.waybillguard.agent.sense.persistence;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Jobs at certain times: crontab(5), anacrontab(5), at(1) as its daemon stores them. */
final class CronFiles {
  /** Settings in a table that decide what its commands run. */
  private static final Pattern DECIDES =
      Pattern.compile("(SHELL|PATH|LD_[A-Z_]+)\\s*+=\\s*+(\\S.*+)");

  private static final Pattern ANACRON =
      Pattern.compile("((?:[0-9]++|@[a-z]++)\\s++[0-9]++\\s++\\S++)\\s++(\\S.*+)");

  private CronFiles() {}

  static List<Line> ofSystem(Source source) {
    return table(source, CronLine::ofSystem, "");
  }

  /** In the spool, the file is named after the account. */
  static List<Line> ofUser(Source source) {
    return table(source, CronLine::ofUser, source.name());
  }

  private static List<Line> table(
      Source source, Function<String, Optional<CronLine>> reader, String owner) {
    List<Line> lines = new ArrayList<>();
    for (String line : source.lines()) {
      Matcher decides = DECIDES.matcher(line);
      if (decides.matches()) {
        String program = decides.group(1).equals("SHELL") ? decides.group(2) : "";
        lines.add(Line.fact(decides.group(1), owner, line).starting(program));
      }
      reader
          .apply(line)
          .map(j -> Line.command(j.when(), j.user().isEmpty() ? owner : j.user(), j.command()))
          .ifPresent(lines::add);
    }
    return lines;
  }

  static List<Line> ofAnacron(Source source) {
    List<Line> lines = new ArrayList<>();
    for (String line : source.lines()) {
      Matcher job = ANACRON.matcher(line);
      if (job.matches()) {
        lines.add(Line.command(job.group(1).replaceAll("\\s+", " "), "root", job.group(2)));
      }
    }
    return lines;
  }

  /**
   * A stored job: a script that sets the environment as it was, goes to the folder, and then holds
   * what was asked for. Names begin with the queue's letter, {@code =} while the job runs.
   */
  static List<Line> ofAt(Source source) {
    if (!source.text().startsWith("#!")) {
      return List.of(); // the daemon keeps other files beside the jobs
    }
    int after = source.text().lastIndexOf("\n}\n");
    String asked = after < 0 ? source.text() : source.text().substring(after + 3);
    String command =
        String.join("; ", asked.lines().map(String::strip).filter(l -> !l.isEmpty()).toList());
    return List.of(Line.command(source.name(), source.owner(), command));
  }
}
