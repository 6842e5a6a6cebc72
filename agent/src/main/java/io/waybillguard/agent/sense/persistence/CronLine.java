package io.waybillguard.agent.sense.persistence;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A job of cron: one line of a table, as crontab(5) describes it.
 *
 * @param when the five time fields with one blank between them, or a nickname such as {@code
 *     @reboot}
 * @param user whom it runs as; empty in a user's own table, whose owner that is
 * @param command the rest of the line as written; what follows an unescaped {@code %} is input, and
 *     still part of it here
 */
public record CronLine(String when, String user, String command) {
  private static final String WHEN = "(@[a-z]++|[0-9*](?:\\S*+)(?:\\s++[0-9A-Za-z*]\\S*+){4})";
  private static final Pattern OWN = Pattern.compile(WHEN + "\\s++(\\S.*+)");
  private static final Pattern SYSTEM = Pattern.compile(WHEN + "\\s++(\\S++)\\s++(\\S.*+)");

  /** A line of {@code /etc/crontab} or {@code /etc/cron.d}; empty when it is no job. */
  public static Optional<CronLine> ofSystem(String line) {
    Matcher parts = SYSTEM.matcher(line.strip());
    return parts.matches()
        ? Optional.of(new CronLine(blanks(parts.group(1)), parts.group(2), parts.group(3)))
        : Optional.empty();
  }

  /** A line of a user's own table in the spool; empty when it is no job. */
  public static Optional<CronLine> ofUser(String line) {
    Matcher parts = OWN.matcher(line.strip());
    return parts.matches()
        ? Optional.of(new CronLine(blanks(parts.group(1)), "", parts.group(2)))
        : Optional.empty();
  }

  private static String blanks(String when) {
    return when.replaceAll("\\s+", " ");
  }
}
