package io.waybillguard.agent.hunt.sigma;

import java.util.regex.Pattern;

/** A regular expression, found anywhere in the value, with bounded work. */
record Regex(Pattern pattern) implements Match {
  /**
   * Characters looked at for one value. An expression that goes back and forth over a text, by
   * accident or not, must not hold the desk up: this many take some 20 ms.
   */
  static final int MOST_LOOKS = 2_000_000;

  @Override
  public boolean matches(String value) {
    try {
      return pattern.matcher(new Counted(value, new int[1])).find();
    } catch (StackOverflowError e) {
      // Java's matcher goes one call deeper for each round of a group.
      throw new TooHard("a regular expression went too deep");
    }
  }

  /** A text that tells how often it was looked at. */
  @SuppressWarnings("ArrayRecordComponent") // one count for all its parts
  private record Counted(CharSequence text, int[] looks) implements CharSequence {
    @Override
    public int length() {
      return text.length();
    }

    @Override
    public char charAt(int index) {
      if (++looks[0] > MOST_LOOKS) {
        throw new TooHard("a regular expression looked at " + MOST_LOOKS + " characters");
      }
      return text.charAt(index);
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return new Counted(text.subSequence(start, end), looks);
    }

    @Override
    public String toString() {
      return text.toString();
    }
  }
}
