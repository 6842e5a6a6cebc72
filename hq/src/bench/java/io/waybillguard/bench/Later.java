package io.waybillguard.bench;

import java.time.Duration;

/** HQ is not there, or has too much to do: the same again after this long. */
final class Later extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient Duration after;

  Later(Duration after) {
    super("again after " + after);
    this.after = after;
  }

  Duration after() {
    return after;
  }
}
