package io.waybillguard.agent.app;

/**
 * What a command does once its options are read.
 *
 * <p>Commands are made before it is known where log lines go ({@link LogFiles}), so none has a
 * logger in a field.
 */
interface Action {
  /**
   * Does it.
   *
   * @return how it ended; output is already written
   * @throws Refusal if it could not be done for a reason that a person can mend
   * @throws Exception for everything else, which is a bug unless {@link Main} knows the exception
   */
  Exit run() throws Exception;

  /** Whether it begins a data folder where there is none. */
  default boolean makesData() {
    return false;
  }
}
