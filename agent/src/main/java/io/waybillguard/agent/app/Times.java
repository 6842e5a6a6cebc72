package io.waybillguard.agent.app;

import io.waybillguard.agent.event.Rfc3339;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Times as other programs and as people read them. */
final class Times {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);
  private static final DateTimeFormatter DATE_AND_TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);

  private Times() {}

  /** RFC 3339 in UTC, with milliseconds. */
  static String rfc3339(Instant at) {
    return Rfc3339.of(at);
  }

  /** For people, in their own time zone; times of today without the date. */
  static String local(Instant at, Instant now, ZoneId zone) {
    boolean today = LocalDate.ofInstant(at, zone).equals(LocalDate.ofInstant(now, zone));
    return (today ? TIME : DATE_AND_TIME).format(at.atZone(zone));
  }
}
