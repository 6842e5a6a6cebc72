package io.waybillguard.agent.app;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads moments as people name them: {@code 2025-06-12T12:31:00+08:00}, {@code 2025-06-12 12:31},
 * {@code 2025-06-12}, {@code 12:31}, {@code today}, {@code yesterday}, {@code 2h} (two hours ago).
 *
 * @param now what is counted from
 * @param zone of moments that name none
 */
record Moments(Instant now, ZoneId zone) {
  private static final Pattern AGO = Pattern.compile("([0-9]{1,6})([smhd])");

  /** The moment where what is named begins; empty when it is no time. */
  Optional<Instant> begin(String text) {
    return day(text).map(d -> d.atStartOfDay(zone).toInstant()).or(() -> exact(text));
  }

  /** The first moment after what is named: a day counts whole. */
  Optional<Instant> end(String text) {
    return day(text).map(d -> d.plusDays(1).atStartOfDay(zone).toInstant()).or(() -> exact(text));
  }

  private Optional<LocalDate> day(String text) {
    LocalDate today = LocalDate.ofInstant(now, zone);
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "today", "今天" -> Optional.of(today);
      case "yesterday", "昨天" -> Optional.of(today.minusDays(1));
      default -> read(() -> LocalDate.parse(text));
    };
  }

  private Optional<Instant> exact(String text) {
    String iso = text.replaceFirst("^([0-9-]{10}) ", "$1T");
    return ago(text)
        .or(() -> read(() -> OffsetDateTime.parse(iso).toInstant()))
        .or(() -> read(() -> LocalDateTime.parse(iso).atZone(zone).toInstant()))
        .or(
            () ->
                read(
                    () ->
                        LocalDate.ofInstant(now, zone)
                            .atTime(LocalTime.parse(text))
                            .atZone(zone)
                            .toInstant()));
  }

  private Optional<Instant> ago(String text) {
    Matcher m = AGO.matcher(text.toLowerCase(Locale.ROOT));
    if (!m.matches()) {
      return Optional.empty();
    }
    long count = Long.parseLong(m.group(1));
    Duration ago =
        switch (m.group(2)) {
          case "s" -> Duration.ofSeconds(count);
          case "m" -> Duration.ofMinutes(count);
          case "h" -> Duration.ofHours(count);
          default -> Duration.ofDays(count);
        };
    return Optional.of(now.minus(ago));
  }

  @FunctionalInterface
  private interface Reading<T> {
    T read();
  }

  /** Empty when the text is not of this form; another may fit. */
  private static <T> Optional<T> read(Reading<T> form) {
    try {
      return Optional.of(form.read());
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }
}
