package io.waybillguard.agent.hunt.search;

import java.util.Locale;

/**
 * A word to find in what a desk tells, in either case: anywhere in it, or all of it where the
 * pattern has a {@code *} (any characters) or a {@code ?} (one).
 */
public final class TextPattern {
  private final String written;
  private final String lower;
  private final boolean whole;

  /**
   * @param written at least one character
   */
  public TextPattern(String written) {
    this.written = written;
    this.lower = written.toLowerCase(Locale.ROOT);
    this.whole = written.indexOf('*') >= 0 || written.indexOf('?') >= 0;
  }

  /** As it was written. */
  public String written() {
    return written;
  }

  /** Whether it is in this text. */
  public boolean isIn(String text) {
    String there = text.toLowerCase(Locale.ROOT);
    return whole ? Wildcards.fit(lower, there) : there.contains(lower);
  }
}
