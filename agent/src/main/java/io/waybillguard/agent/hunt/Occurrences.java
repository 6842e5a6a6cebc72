package io.waybillguard.agent.hunt;

import io.waybillguard.agent.event.AutostartEntry;
import io.waybillguard.agent.event.BytesSent;
import io.waybillguard.agent.event.FileRef;
import io.waybillguard.agent.event.ProcessRef;
import io.waybillguard.agent.event.ProgramAppeared;
import io.waybillguard.agent.event.ProgramStarted;
import io.waybillguard.agent.hunt.sigma.Occurrence;
import io.waybillguard.agent.platform.RunningProgram;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What this PC knows, in the field names of Sigma's taxonomy. A field that is not known is not told
 * at all: an empty one would deny what nobody knows.
 */
final class Occurrences {
  private Occurrences() {}

  /** Fills an occurrence with what is known. */
  private static final class Filled {
    private final Map<String, String> values = new HashMap<>();
    private final Set<String> told = new HashSet<>();

    /** A value; nothing is told when it is empty. */
    Filled with(String field, String value) {
      if (!value.isEmpty()) {
        values.put(field, value);
        told.add(field);
      }
      return this;
    }

    Filled with(String field, long value) {
      return value == 0 ? this : with(field, Long.toString(value));
    }

    Filled by(ProcessRef process) {
      return with("Image", process.executable())
          .with("User", process.user())
          .with("ProcessId", process.pid());
    }

    Filled content(FileRef file) {
      return file.sha256().isEmpty()
          ? this
          : with("sha256", file.sha256()).with("Hashes", "SHA256=" + file.sha256());
    }

    Occurrence done() {
      return new Occurrence(values, told);
    }
  }

  static Occurrence started(ProgramStarted it) {
    return new Filled()
        .by(it.process())
        .with("Image", it.file().path())
        .with("ParentImage", it.parent().executable())
        .with("ParentProcessId", it.parent().pid())
        .content(it.file())
        .done();
  }

  static Occurrence running(RunningProgram it, Map<Long, RunningProgram> all) {
    Filled filled =
        new Filled()
            .with("Image", it.executable())
            .with("CommandLine", it.command())
            .with("User", it.user())
            .with("ProcessId", it.pid())
            .with("ParentProcessId", it.parentPid());
    RunningProgram parent = all.get(it.parentPid());
    return parent == null
        ? filled.done()
        : filled
            .with("ParentImage", parent.executable())
            .with("ParentCommandLine", parent.command())
            .done();
  }

  static Occurrence appeared(ProgramAppeared it) {
    return new Filled()
        .by(it.by())
        .with("TargetFilename", it.file().path())
        .content(it.file())
        .done();
  }

  /** A file that is there: who made it is not known. */
  static Occurrence file(String path) {
    return new Filled().with("TargetFilename", path).done();
  }

  /** Whether an entry is a value of the registry: its file is then a key. */
  static boolean isRegistry(AutostartEntry it) {
    return it.file().startsWith("HK");
  }

  static Occurrence registry(AutostartEntry it) {
    return new Filled()
        .with("TargetObject", it.file() + "\\" + it.name())
        .with("Details", it.command())
        .done();
  }

  static Occurrence sent(BytesSent it) {
    return new Filled()
        .by(it.by())
        .with("DestinationIp", it.peer().ip())
        .with("DestinationPort", it.peer().port())
        .with("DestinationHostname", it.peer().name())
        .with("Initiated", Boolean.toString(!it.peer().incoming()))
        .with("Protocol", "tcp")
        .done();
  }
}
