package io.waybillguard.agent.platform;

import java.io.IOException;

/** This system cannot do what was asked for, today or ever; nothing of it was done. */
public final class UnsupportedHere extends IOException {
  private static final long serialVersionUID = 1L;

  /**
   * @param message what cannot be done, and what would have to be there
   */
  public UnsupportedHere(String message) {
    super(message);
  }

  /** With what the system said. */
  public UnsupportedHere(String message, Throwable cause) {
    super(message, cause);
  }
}
