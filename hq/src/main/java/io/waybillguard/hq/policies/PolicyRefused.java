package io.waybillguard.hq.policies;

/** A policy is not published, widened or rolled back; nothing has changed. */
public final class PolicyRefused extends Exception {
  private static final long serialVersionUID = 1L;

  /** Why. */
  public enum Reason {
    /** No such version. */
    UNKNOWN,
    /** Its document has more bytes than a desk takes. */
    TOO_LARGE,
    /** An outlet's code that can be none. */
    OUTLET,
    /** A percentage that is none, or no more than before. */
    PERCENT,
    /** Somebody else published meanwhile. */
    RACED;

    /** As words' keys spell it. */
    public String word() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  private final Reason reason;

  PolicyRefused(Reason reason, String detail) {
    super(reason.word() + ": " + detail);
    this.reason = reason;
  }

  /** Why. */
  public Reason reason() {
    return reason;
  }
}
