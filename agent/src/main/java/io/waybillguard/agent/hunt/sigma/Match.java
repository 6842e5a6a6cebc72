package io.waybillguard.agent.hunt.sigma;

/** Whether a value is what a rule asks for. */
@FunctionalInterface
interface Match {
  /**
   * @throws TooHard if that cannot be found out with the work allowed
   */
  boolean matches(String value);

  /** A question whose answer would take too long; the answer is that it is not known. */
  final class TooHard extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TooHard(String what) {
      super(what, null, false, false);
    }
  }
}
