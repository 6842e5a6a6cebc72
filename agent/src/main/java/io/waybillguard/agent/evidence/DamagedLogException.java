package io.waybillguard.agent.evidence;

import java.io.IOException;

/**
 * The log's file can be read, but what it holds is not what was written: unlike a missing right or
 * a full disk.
 */
public final class DamagedLogException extends IOException {
  private static final long serialVersionUID = 1L;

  DamagedLogException(String message) {
    super(message);
  }

  DamagedLogException(String message, Throwable cause) {
    super(message, cause);
  }
}
