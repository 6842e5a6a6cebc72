package io.waybillguard.agent.platform;

import java.util.List;

/** What runs on this machine. */
@FunctionalInterface
public interface RunningPrograms {
  /**
   * Everything that runs now and whose program can be told, in no order. Of other accounts' only
   * with the right to see them.
   */
  List<RunningProgram> now();
}
