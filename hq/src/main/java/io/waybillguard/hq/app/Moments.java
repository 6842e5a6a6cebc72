package io.waybillguard.hq.app;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Reads moments as the agent's commands do: {@code 2026-06-12T12:31:00+08:00}, {@code 2026-06-12
 * 12:31}, {@code 2026-06-12}, {@code 2h} (two hours ago).
 *
 * @param now what is counted from
 * @param zone of moments that name none
 */
record Moments(Instant now, ZoneId zone) {

  /** The moment where what is named begins; empty when it is no time. */
  Optional<Instant> begin(String text) {
    return day(text).map(d -> d.atStartOfDay(zone).toInstant()).or(() -> exact(text));
  }

  /** The first moment after what is named: a day counts whole. */
  Optional<Instant> end(String text) {
    return day(text).map(d -> d.plusDays(1).atStartOfDay(zone).toInstant()).or(() -> exact(text));
  }

  private static Optional<LocalDate> day(String text) {
    return read(() -> LocalDate.parse(text));
  }

  private Optional<Instant> exact(String text) {
    String iso = text.replaceFirst("^([0-9-]{10}) ", "$1T");
    return ago(text)
        .or(() -> read(() -> OffsetDateTime.parse(iso).toInstant()))
        .or(() -> read(() -> LocalDateTime.parse(iso).atZone(zone).toInstant()));
  }

  private Optional<Instant> ago(String text) {
    try {
      return Optional.of(now.minus(new Spans().convert(text)));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Empty when the text is not of this form; another may fit. */
  private static <T> Optional<T> read(Supplier<T> form) {
    try {
      return Optional.of(form.get());
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }
}
