package io.waybillguard.agent.sense.session;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The moment at the beginning of a line in a log: with an offset or in this PC's time zone. A line
 * without one, or with one that cannot be, was written when it is read.
 */
final class LogTime {
  /**
   * {@code 2026-11-27T17:04:33.123456+08:00} (rsyslog), {@code [2026-11-27 17:04:33.123 +08:00]}.
   */
  private static final Pattern ISO =
      Pattern.compile(
          "^\\[?(\\d{4}-\\d\\d-\\d\\d)[T ](\\d\\d:\\d\\d:\\d\\d(?:\\.\\d{1,9})?)(?: ?(Z|[+-]\\d\\d:\\d\\d))?");

  /** {@code [20261127-15:37:03]} (xrdp). */
  private static final Pattern XRDP = Pattern.compile("^\\[(\\d{8}-\\d\\d:\\d\\d:\\d\\d)]");

  /** {@code Nov 27 15:37:03} (syslog, RFC 3164), which does not tell the year. */
  private static final Pattern SYSLOG =
      Pattern.compile("^([A-Z][a-z]{2}) +(\\d{1,2}) (\\d\\d:\\d\\d:\\d\\d) ");

  private static final DateTimeFormatter XRDP_FORM =
      DateTimeFormatter.ofPattern("uuuuMMdd-HH:mm:ss", Locale.ROOT);
  private static final DateTimeFormatter SYSLOG_FORM =
      new DateTimeFormatterBuilder()
          .appendPattern("uuuu MMM d HH:mm:ss")
          .parseDefaulting(ChronoField.NANO_OF_SECOND, 0)
          .toFormatter(Locale.ENGLISH);

  /** Older than that is a wrong clock or another thing than a time. */
  private static final Duration OLDEST = Duration.ofDays(31);

  /** Clocks in files have whole seconds, and may be rounded up. */
  private static final Duration AHEAD = Duration.ofSeconds(2);

  private final ZoneId zone;

  LogTime(ZoneId zone) {
    this.zone = zone;
  }

  /**
   * The line's own moment, if it lies within the last month; else {@code now}.
   *
   * @param now when the line is read
   */
  Instant in(String line, Instant now) {
    try {
      Instant said = said(line, now);
      boolean likely = !said.isAfter(now.plus(AHEAD)) && said.isAfter(now.minus(OLDEST));
      return !likely || said.isAfter(now) ? now : said;
    } catch (DateTimeException e) {
      return now; // 31 February
    }
  }

  private Instant said(String line, Instant now) {
    Matcher iso = ISO.matcher(line);
    if (iso.find()) {
      String local = iso.group(1) + "T" + iso.group(2);
      String offset = iso.group(3);
      return offset == null
          ? LocalDateTime.parse(local).atZone(zone).toInstant()
          : OffsetDateTime.parse(local + offset).toInstant();
    }
    Matcher xrdp = XRDP.matcher(line);
    if (xrdp.find()) {
      return LocalDateTime.parse(xrdp.group(1), XRDP_FORM).atZone(zone).toInstant();
    }
    Matcher syslog = SYSLOG.matcher(line);
    if (syslog.find()) {
      int year = now.atZone(zone).getYear();
      String rest = " " + syslog.group(1) + " " + syslog.group(2) + " " + syslog.group(3);
      Instant thisYear = LocalDateTime.parse(year + rest, SYSLOG_FORM).atZone(zone).toInstant();
      return thisYear.isAfter(now.plus(AHEAD))
          ? LocalDateTime.parse(year - 1 + rest, SYSLOG_FORM).atZone(zone).toInstant()
          : thisYear;
    }
    return now;
  }
}
