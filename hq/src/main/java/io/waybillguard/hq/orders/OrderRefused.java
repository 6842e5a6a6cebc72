package io.waybillguard.hq.orders;

import java.util.Locale;

/** A command was not asked for, approved or taken back, and nothing has changed. */
public final class OrderRefused extends Exception {
  private static final long serialVersionUID = 1L;

  /** Why not. */
  public enum Reason {
    /** No command has this id. */
    UNKNOWN,
    /** It is approved already. */
    SIGNED,
    /** Who asked for it may not approve it. */
    SAME_PERSON,
    /** Only an administrator asks for an update, and only another one approves it. */
    NOT_ADMIN,
    /** Its time is over, or it was taken back. */
    OVER,
    /** A policy is rolled back, not taken back. */
    POLICY,
    /** The records are not written as {@code 12-40,44}, or are too many. */
    RECORDS,
    /** A reason is missing or too long. */
    NO_REASON,
    /** What was chosen is none of what can be done any more. */
    CHOICE;

    /** The word in keys of sentences. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private final Reason reason;

  /** A refusal for this reason. */
  public OrderRefused(Reason reason) {
    super(reason.word());
    this.reason = reason;
  }

  /** Why not. */
  public Reason reason() {
    return reason;
  }
}
