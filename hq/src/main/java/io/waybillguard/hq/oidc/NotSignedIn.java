package io.waybillguard.hq.oidc;

import java.util.Locale;

/** Somebody could not be signed in by the provider; there is no session. */
public final class NotSignedIn extends Exception {
  private static final long serialVersionUID = 1L;

  /** Why not, as a person is told. */
  public enum Reason {
    /** The provider cannot be reached, or does not answer as one. */
    UNREACHABLE,
    /** The provider itself said no. */
    DENIED,
    /** This browser did not begin it, began it too long ago, or has finished it already. */
    STATE,
    /** The code was used before, is too old, or is not for us. */
    CODE,
    /** The token is not signed by the provider's keys. */
    SIGNATURE,
    /** The token is another provider's. */
    ISSUER,
    /** The token is for another client. */
    AUDIENCE,
    /** The token's time is over. */
    EXPIRED,
    /** The token was made after now: the clocks differ. */
    CLOCK,
    /** The token was made for another sign-in. */
    NONCE,
    /** What was answered cannot be understood. */
    ANSWER,
    /** Nothing that the token says is a role here. */
    ROLE,
    /** HQ's administrators let this person in no more. */
    DISABLED;

    /** As keys of words spell it. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private final Reason reason;
  private final String who;

  NotSignedIn(Reason reason, String message) {
    this(reason, message, "");
  }

  NotSignedIn(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
    this.who = "";
  }

  /**
   * @param who it is for certain, as {@link Person#identity}; "" while that is not known
   */
  public NotSignedIn(Reason reason, String message, String who) {
    super(message);
    this.reason = reason;
    this.who = who;
  }

  /** Why not. */
  public Reason reason() {
    return reason;
  }

  /** Who it is for certain, or "". */
  public String who() {
    return who;
  }
}
