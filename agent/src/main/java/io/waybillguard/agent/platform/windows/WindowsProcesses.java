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
public final class WindowsProcesses implements Processes, SeenProcesses {
  private static final int REMEMBERED = 4_096;

  private final CommandLines commandLines;
  private final Toolhelp toolhelp;
  private final Map<Long, ProcessFacts> memory = Recent.byUse(REMEMBERED);

  public WindowsProcesses() {
    this(Libraries.HERE);
  }

  WindowsProcesses(Libraries libraries) {
    commandLines = new CommandLines(libraries);
    toolhelp = new Toolhelp(libraries);
  }

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

  @Override
  public Call call(long pid) {
    String line = commandLines.of(pid);
    return line.isEmpty()
        ? Call.NONE
        : new Call(toolhelp.path(pid), CommandWords.of(line), commandLines.folder(pid));
  }

  ProcessFacts learn(long pid, long parent) {
    return learn(pid, parent, "");
  }

  @Override
  public synchronized ProcessFacts learn(long pid, long parent, String program) {
    String running = toolhelp.path(pid);
    boolean isIt =
        program.isEmpty() || DevicePaths.name(running).equalsIgnoreCase(DevicePaths.name(program));
    String user = isIt ? ProcessHandle.of(pid).flatMap(p -> p.info().user()).orElse("") : "";
    ProcessFacts facts = new ProcessFacts(pid, isIt ? running : program, user, parent);
    if (facts.executable().isEmpty()) {
      memory.remove(pid); // it has ended, or is the system's own
    } else {
      memory.put(pid, facts);
    }
    return facts;
  }
}
