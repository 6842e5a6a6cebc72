package io.waybillguard.agent.sense.program;

import io.waybillguard.agent.event.ProcessRef;
import io.waybillguard.agent.platform.ProcessFacts;
import io.waybillguard.agent.platform.Processes;
import io.waybillguard.agent.sense.Described;
import java.util.ArrayList;
import java.util.List;

/**
 * The processes above one, the nearest first: who started it, who started that one, and on.
 *
 * <p>Limit: a process whose parent has ended is told to be init's; what was above it is gone.
 */
final class ParentChain {
  /** Shell in terminal in desktop in session in manager: deeper says nothing more. */
  static final int LONGEST = 8;

  private ParentChain() {}

  static List<ProcessRef> above(Processes processes, ProcessFacts of) {
    List<ProcessRef> chain = new ArrayList<>(LONGEST);
    long pid = of.parentPid();
    while (pid > 0 && chain.size() < LONGEST && pid != of.pid() && !isIn(chain, pid)) {
      ProcessFacts one = processes.of(pid);
      chain.add(Described.process(one));
      pid = one.parentPid();
    }
    return List.copyOf(chain);
  }

  /** Numbers are given anew, so who asks late may be led round. */
  private static boolean isIn(List<ProcessRef> chain, long pid) {
    for (ProcessRef one : chain) {
      if (one.pid() == pid) {
        return true;
      }
    }
    return false;
  }
}
