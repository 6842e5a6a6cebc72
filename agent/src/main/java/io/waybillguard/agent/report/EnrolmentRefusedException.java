package io.waybillguard.agent.report;

/** This PC was not enrolled. Nothing has changed at HQ, unless the reason says so. */
public final class EnrolmentRefusedException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Why. Each has words of its own in the commands' bundle. */
  public enum Reason {
    /** What was given is no token. */
    NO_TOKEN,
    /** HQ did not make this token. */
    TOKEN_UNKNOWN,
    /** The token's time is over. */
    TOKEN_EXPIRED,
    /** The token was used before, by other keys; HQ has been alarmed. */
    TOKEN_USED,
    /** The server's CA is not the one that was handed over. */
    WRONG_CA,
    /** The log is enrolled already, with other keys. */
    LOG_TAKEN,
    /** The TLS key was taken away at HQ. */
    REVOKED,
    /** HQ cannot be reached. */
    UNREACHABLE,
    /** HQ answered something else. */
    OTHER
  }

  private final Reason reason;

  EnrolmentRefusedException(Reason reason, String detail) {
    super(detail);
    this.reason = reason;
  }

  EnrolmentRefusedException(Reason reason, String detail, Throwable cause) {
    super(detail, cause);
    this.reason = reason;
  }

  /** Why. */
  public Reason reason() {
    return reason;
  }
}
