package io.waybillguard.agent.app;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Times as other programs read them. */
final class Times {
  private static final DateTimeFormatter RFC_3339 =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private Times() {}

  /** RFC 3339 in UTC, with milliseconds. */
  static String rfc3339(Instant at) {
    return RFC_3339.format(at);
  }
}
