package io.waybillguard.agent.evidence;

import java.io.IOException;

/** The log takes no more records for now. The caller counts what it could not hand over. */
public final class LogRefusedException extends IOException {
  private static final long serialVersionUID = 1L;

  private final String reason;

  /**
   * @param reason what a {@code log.gap} says of it
   */
  LogRefusedException(String reason, String message) {
    super(message);
    this.reason = reason;
  }

  /** {@code disk full}, {@code disk error} or {@code disk cap}, as a {@code log.gap} says it. */
  public String reason() {
    return reason;
  }
}
