package io.waybillguard.agent.policy;

/**
 * One thing in which two policies differ.
 *
 * @param way what it does to what the rules tell of
 * @param text a sentence
 */
public record Change(Way way, String text) {
  /** What a change does. */
  public enum Way {
    /** The rules are silent on more. */
    LOOSER,
    /** The rules tell of more. */
    TIGHTER,
    /** Now the one, now the other. */
    OTHER;

    /** As JSON and style sheets spell it. */
    public String word() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }
}
