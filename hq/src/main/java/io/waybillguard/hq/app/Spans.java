package io.waybillguard.hq.app;

import java.time.Duration;
import picocli.CommandLine.ITypeConverter;

/** Spans of time as people type them: {@code 90s}, {@code 30m}, {@code 72h}, {@code 7d}. */
final class Spans implements ITypeConverter<Duration> {
  @Override
  public Duration convert(String text) {
    if (!text.matches("[1-9][0-9]{0,5}[smhd]")) {
      throw new IllegalArgumentException("not a span such as 90s, 30m, 72h or 7d");
    }
    long n = Long.parseLong(text.substring(0, text.length() - 1));
    return switch (text.charAt(text.length() - 1)) {
      case 's' -> Duration.ofSeconds(n);
      case 'm' -> Duration.ofMinutes(n);
      case 'h' -> Duration.ofHours(n);
      default -> Duration.ofDays(n);
    };
  }
}
