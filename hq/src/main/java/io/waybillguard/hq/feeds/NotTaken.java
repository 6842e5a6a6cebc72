package io.waybillguard.hq.feeds;

import java.time.Duration;
import java.util.Optional;

/** A receiver has not taken records; they are sent again later. */
public final class NotTaken extends Exception {
  private static final long serialVersionUID = 1L;

  private final Optional<Duration> after;

  NotTaken(String message, Throwable cause) {
    super(message + ": " + reason(cause), cause);
    this.after = Optional.empty();
  }

  NotTaken(String message) {
    this(message, Optional.empty());
  }

  /**
   * @param after how long the receiver asks to be left alone
   */
  NotTaken(String message, Optional<Duration> after) {
    super(message);
    this.after = after;
  }

  /** How long the receiver asks to be left alone. */
  Optional<Duration> after() {
    return after;
  }

  private static String reason(Throwable cause) {
    Throwable deepest = cause;
    while (deepest.getMessage() == null && deepest.getCause() != null) {
      deepest = deepest.getCause();
    }
    String said = deepest.getMessage();
    return said == null ? deepest.getClass().getSimpleName() : said;
  }
}
