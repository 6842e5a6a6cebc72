package io.waybillguard.agent.event;

/** Bytes that are no JSON of our dialect, or lack a value that must be there. */
public final class JsonException extends Exception {
  private static final long serialVersionUID = 1L;

  JsonException(String message) {
    super(message);
  }

  JsonException(String message, Throwable cause) {
    super(message, cause);
  }
}
