package io.waybillguard.agent.evidence;

import java.io.IOException;

/** The disk does not take what is to be written: it is full, or it fails. Nothing was written. */
public final class DiskRefusedException extends IOException {
  private static final long serialVersionUID = 1L;

  /** What a {@code store.full} or {@code log.gap} says of it. */
  enum Reason {
    FULL("disk full"),
    ERROR("disk error");

    private final String words;

    Reason(String words) {
      this.words = words;
    }

    String words() {
      return words;
    }
  }

  private final Reason reason;

  DiskRefusedException(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  Reason reason() {
    return reason;
  }
}
