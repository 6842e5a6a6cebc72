package io.waybillguard.agent.sense.program.pe;

/** Bytes are not what their format says. */
final class DamagedException extends Exception {
  private static final long serialVersionUID = 1L;

  DamagedException(String what) {
    super(what);
  }

  DamagedException(String what, Throwable cause) {
    super(what, cause);
  }
}
