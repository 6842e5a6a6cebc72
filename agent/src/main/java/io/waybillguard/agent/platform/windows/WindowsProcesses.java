package io.waybillguard.agent.platform.windows;

import io.waybillguard.agent.memory.Recent;
import io.waybillguard.agent.platform.ProcessFacts;
import io.waybillguard.agent.platform.Processes;
import java.util.Map;
import java.util.Optional;

/**
 * Processes, running or remembered. Of one that has ended only what was learned while it ran is
 * known; numbers are given again, and the one that was learned last counts. May be used by any
 * thread.
 */
public final class WindowsProcesses implements Processes {
  private static final int REMEMBERED = 4_096;

  private final Map<Long, ProcessFacts> memory = Recent.byUse(REMEMBERED);

  @Override
  public synchronized ProcessFacts of(long pid) {
    if (pid == 0) {
      return ProcessFacts.UNKNOWN;
    }
    ProcessFacts known = memory.get(pid);
    if (known != null) {
      return known;
    }
    Optional<ProcessHandle> running = ProcessHandle.of(pid);
    long parent = running.flatMap(ProcessHandle::parent).map(ProcessHandle::pid).orElse(0L);
    return learn(pid, parent);
  }

  /** Asks who a process is that was just seen, and remembers it. */
  synchronized ProcessFacts learn(long pid, long parent) {
    String user = ProcessHandle.of(pid).flatMap(p -> p.info().user()).orElse("");
    ProcessFacts facts = new ProcessFacts(pid, Toolhelp.path(pid), user, parent);
    if (facts.executable().isEmpty()) {
      memory.remove(pid); // it has ended, or is the system's own
    } else {
      memory.put(pid, facts);
    }
    return facts;
  }
}
