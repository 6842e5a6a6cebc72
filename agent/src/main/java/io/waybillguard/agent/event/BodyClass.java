package io.waybillguard.agent.event;

import java.util.Locale;

/** Retention class of a body part; {@code cls} in the leaf. */
public enum BodyClass {
  /**
   * A step of the crime, or the log's own word about itself: sent to HQ at once, kept as long as
   * {@link #TECHNICAL}.
   */
  CRITICAL,
  /** Says nothing about a person: sent to HQ with the leaf. */
  TECHNICAL,
  /**
   * Names a person, a path of theirs or a file of theirs: leaves this machine only when HQ asks for
   * it.
   */
  PERSONAL;

  /** The word in the leaf. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The class of a leaf's word; an unknown word is treated as the most protected class. */
  public static BodyClass of(String word) {
    for (BodyClass c : values()) {
      if (c.word().equals(word)) {
        return c;
      }
    }
    return PERSONAL;
  }
}
