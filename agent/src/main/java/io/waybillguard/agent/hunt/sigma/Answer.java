package io.waybillguard.agent.hunt.sigma;

/**
 * What an occurrence says to a question. A record that does not hold a field cannot deny what is
 * asked of it: Kleene's three values keep "not known" apart from "no", also under a {@code not}.
 */
public enum Answer {
  /** It is so. */
  YES,
  /** It is not so. */
  NO,
  /** What was recorded does not tell. */
  UNKNOWN;

  static Answer of(boolean yes) {
    return yes ? YES : NO;
  }

  Answer not() {
    return switch (this) {
      case YES -> NO;
      case NO -> YES;
      case UNKNOWN -> UNKNOWN;
    };
  }
}
