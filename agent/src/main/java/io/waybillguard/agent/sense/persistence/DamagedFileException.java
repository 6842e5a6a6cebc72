package io.waybillguard.agent.sense.persistence;

/** A file that the sensor keeps is not what it wrote; the message says in what way. */
public final class DamagedFileException extends Exception {
  private static final long serialVersionUID = 1L;

  DamagedFileException(String message) {
    super(message);
  }

  DamagedFileException(Throwable cause) {
    super(String.valueOf(cause.getMessage()), cause);
  }
}
