package io.waybillguard.agent.platform;

/** Facts about processes, running or remembered. */
public interface Processes {
  /**
   * What is known of a process. Never fails: a process may end at any moment, and what could not be
   * asked any more is empty.
   *
   * @param pid 0 gives {@link ProcessFacts#UNKNOWN}
   */
  ProcessFacts of(long pid);
}
