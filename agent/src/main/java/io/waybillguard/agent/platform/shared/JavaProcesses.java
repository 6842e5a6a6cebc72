package io.waybillguard.agent.platform.shared;

import io.waybillguard.agent.platform.RunningProgram;
import io.waybillguard.agent.platform.RunningPrograms;
import java.util.List;

/**
 * Running programs as {@link ProcessHandle} tells them, alike on every system. On Windows it tells
 * no command lines.
 */
public final class JavaProcesses implements RunningPrograms {
  @Override
  public List<RunningProgram> now() {
    return ProcessHandle.allProcesses()
        .filter(process -> process.info().command().isPresent())
        .map(JavaProcesses::told)
        .toList();
  }

  private static RunningProgram told(ProcessHandle process) {
    ProcessHandle.Info info = process.info();
    return new RunningProgram(
        process.pid(),
        info.command().orElse(""),
        info.commandLine().orElse(""),
        info.user().orElse(""),
        process.parent().map(ProcessHandle::pid).orElse(0L));
  }
}
