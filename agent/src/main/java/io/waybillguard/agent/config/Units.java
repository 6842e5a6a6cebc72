package io.waybillguard.agent.config;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Amounts that are written as a whole number and a unit, without a space: {@code 30m}, {@code
 * 64MiB}.
 */
final class Units {
  /** In milliseconds. */
  static final Units TIME =
      new Units(Map.of("ms", 1L, "s", 1_000L, "m", 60_000L, "h", 3_600_000L, "d", 86_400_000L));

  /** In bytes. Only powers of 1024: what a MB is differs from reader to reader. */
  static final Units SIZE =
      new Units(Map.of("B", 1L, "KiB", 1L << 10, "MiB", 1L << 20, "GiB", 1L << 30));

  private static final Pattern AMOUNT = Pattern.compile("([0-9]{1,18})([A-Za-z]+)");

  private final Map<String, Long> largestFirst = new LinkedHashMap<>();

  private Units(Map<String, Long> units) {
    units.entrySet().stream()
        .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
        .forEach(unit -> largestFirst.put(unit.getKey(), unit.getValue()));
  }

  /**
   * The amount in the smallest unit; empty when the text has no unit of this kind or is too large.
   */
  OptionalLong read(String text) {
    Matcher amount = AMOUNT.matcher(text);
    if (!amount.matches()) {
      return OptionalLong.empty();
    }
    Long unit = largestFirst.get(amount.group(2));
    if (unit == null) {
      return OptionalLong.empty();
    }
    try {
      return OptionalLong.of(Math.multiplyExact(Long.parseLong(amount.group(1)), unit));
    } catch (ArithmeticException e) {
      return OptionalLong.empty(); // Beyond 2^63 of the smallest unit: no range allows it.
    }
  }

  /** The amount in the largest unit that divides it. */
  String write(long amount) {
    for (Map.Entry<String, Long> unit : largestFirst.entrySet()) {
      if (amount % unit.getValue() == 0) {
        return amount / unit.getValue() + unit.getKey();
      }
    }
    throw new AssertionError("the smallest unit divides every amount");
  }

  /** A time as it is written in the file, in whole milliseconds. */
  static String text(Duration time) {
    return TIME.write(time.toMillis());
  }
}
