package io.waybillguard.agent.platform;

import java.util.OptionalInt;

/** The life of this process as a service of the system. */
public interface ServiceLife {
  /** What the service does. */
  interface Work {
    /**
     * Does it until asked to end. Called once, on a thread of its own.
     *
     * @param running to be run as soon as it works; the system then counts the start as done
     * @return the exit code; 0 when all went well
     */
    int run(Runnable running) throws Exception;

    /**
     * Asks it to end. Called on the thread of the system's manager: returns at once.
     *
     * @param why such as {@code service} or {@code shutdown}
     */
    void askToEnd(String why);
  }

  /**
   * Lives as the service of that name until its work ends.
   *
   * @return what the work returned; empty at once, with nothing done, when this process was not
   *     started by the manager of services
   * @throws Exception if the manager cannot be spoken to, or what the work threw; it was told that
   *     the service failed
   */
  OptionalInt live(String name, Work work) throws Exception;
}
