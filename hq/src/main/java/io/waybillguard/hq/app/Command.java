package io.waybillguard.hq.app;

/** What a command does once its options are read. */
interface Command {
  /**
   * Does it.
   *
   * @return how it ended; output is already written
   * @throws Complaint if it could not be done for a reason that a person can mend
   * @throws Exception for everything else
   */
  Exit run() throws Exception;
}
