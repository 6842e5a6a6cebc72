package io.waybillguard.hq.sweeps;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** How often a regular sweep is published. */
public enum Every {
  DAILY,
  WEEKLY,
  MONTHLY;

  /** As files and the database spell it. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  static Optional<Every> of(String word) {
    return Arrays.stream(values()).filter(e -> e.word().equals(word)).findFirst();
  }

  /**
   * When the next one is due: at the same time of day by HQ's own zone. What is due on the 31st is
   * due on a shorter month's last day, and on the 31st again after it.
   *
   * @param first when the first of the series was published
   * @param now the next one is after this
   */
  Instant after(Instant first, Instant now, ZoneId zone) {
    ZonedDateTime start = first.atZone(zone);
    ZonedDateTime next = start;
    for (int n = 1; !next.toInstant().isAfter(now); n++) {
      LocalDate day =
          switch (this) {
            case DAILY -> start.toLocalDate().plusDays(n);
            case WEEKLY -> start.toLocalDate().plusWeeks(n);
            case MONTHLY -> start.toLocalDate().plusMonths(n);
          };
      next = day.atTime(start.toLocalTime()).atZone(zone);
    }
    return next.toInstant();
  }
}
