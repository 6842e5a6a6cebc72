package io.waybillguard.agent.hunt.sigma;

import java.math.BigDecimal;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A number on one side of another.
 *
 * @param below whether smaller ones are meant
 * @param also whether the number itself is
 */
record Bound(BigDecimal number, boolean below, boolean also) implements Match {
  private static final Pattern DECIMAL = Pattern.compile("[+-]?[0-9]{1,40}(\\.[0-9]{1,40})?");

  /** A number written in digits; no powers of ten, which could be of any length. */
  static Optional<BigDecimal> number(String text) {
    return DECIMAL.matcher(text).matches() ? Optional.of(new BigDecimal(text)) : Optional.empty();
  }

  @Override
  public boolean matches(String value) {
    return number(value).map(this::holds).orElse(false);
  }

  private boolean holds(BigDecimal other) {
    int order = other.compareTo(number);
    return order == 0 ? also : (order < 0) == below;
  }
}
