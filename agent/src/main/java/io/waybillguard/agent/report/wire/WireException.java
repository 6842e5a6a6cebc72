package io.waybillguard.agent.report.wire;

/** Bytes that are no message of {@code docs/protocol.md}. */
public final class WireException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Which rule of the protocol the bytes break. */
  public enum Fault {
    /** Not of the documented form. */
    MALFORMED,
    /** Of the right form, but beyond a limit of {@link Limits}; the sender should send less. */
    TOO_LARGE
  }

  private final Fault fault;

  WireException(Fault fault, String message) {
    super(message);
    this.fault = fault;
  }

  WireException(Fault fault, String message, Throwable cause) {
    super(message, cause);
    this.fault = fault;
  }

  /** A message that is not of the documented form. */
  public static WireException malformed(String message) {
    return new WireException(Fault.MALFORMED, message);
  }

  /** A message beyond a limit. */
  public static WireException tooLarge(String message) {
    return new WireException(Fault.TOO_LARGE, message);
  }

  /** Which rule the bytes break. */
  public Fault fault() {
    return fault;
  }
}
