package io.waybillguard.agent.hunt;

import io.waybillguard.agent.event.AutostartEntry;
import io.waybillguard.agent.platform.RunningProgram;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;

/** What a hunt looks at beside the log. Called from one thread. */
public interface Ground {
  /** {@code linux}, {@code windows}, or another word, as {@code logsource.product} has it. */
  String system();

  /** The folders that hold all files. */
  List<Path> roots() throws IOException;

  /**
   * Tells folders below which there are no files of this machine: the kernel's own, and other
   * computers'.
   *
   * @throws IOException if that cannot be told
   */
  Predicate<Path> elsewhere() throws IOException;

  /** What runs now. */
  List<RunningProgram> running();

  /** What starts by itself. */
  List<AutostartEntry> autostarts() throws IOException;

  /** Who vouches for a program: its package, or who signed it; "" when nobody does. */
  String signer(Path program);
}
