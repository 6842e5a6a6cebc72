package io.waybillguard.agent.platform.windows;

import io.waybillguard.agent.platform.ProcessFacts;

/** Remembers processes from when they were seen, since they may end before somebody asks. */
@FunctionalInterface
interface SeenProcesses {
  /**
   * Asks who a process is that was just seen, and remembers it.
   *
   * @param program its path as people write it, where that is known: it may have ended by now, or
   *     its number may be another's. "" where it is not
   */
  ProcessFacts learn(long pid, long parent, String program);
}
