package io.waybillguard.agent.evidence;

/**
 * Evidence that does not hold, or bytes that are none: the message names the thing, what was found,
 * what was expected and the next step.
 */
public final class EvidenceException extends Exception {
  private static final long serialVersionUID = 1L;

  public EvidenceException(String message) {
    super(message);
  }

  public EvidenceException(String message, Throwable cause) {
    super(message, cause);
  }
}
