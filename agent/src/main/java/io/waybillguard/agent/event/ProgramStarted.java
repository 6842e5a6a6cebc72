package io.waybillguard.agent.event;

import java.time.Instant;
import java.util.List;

/**
 * A program worth a record was started: new on this machine, on a removable medium, or in a hidden
 * place.
 *
 * @param process the new process
 * @param parent the process that started it
 * @param above who started that one, and on, the nearest first; at most eight with the parent
 * @param times how many starts this stands for: those since the last record of this program, and
 *     this one; of one off a medium or in a hidden place each has its own
 */
public record ProgramStarted(
    Instant at,
    FileRef file,
    Origin origin,
    ProcessRef process,
    ProcessRef parent,
    List<ProcessRef> above,
    long times)
    implements Observation {
  public ProgramStarted {
    above = List.copyOf(above);
  }

  /** One start, of a process above whose parent nobody was asked for. */
  public ProgramStarted(
      Instant at, FileRef file, Origin origin, ProcessRef process, ProcessRef parent) {
    this(at, file, origin, process, parent, List.of(), 1);
  }

  @Override
  public String type() {
    return "proc.start";
  }

  @Override
  public Urgency urgency() {
    return Urgency.CRITICAL;
  }

  @Override
  public BodyClass bodyClass() {
    return BodyClass.CRITICAL;
  }

  @Override
  public Ocsf ocsf() {
    Json.Obj started =
        process
            .json()
            .put("name", FileRef.nameOf(file.path()))
            .put("path", file.path())
            .put("file", file.json());
    Ocsf ocsf = Ocsf.of(Ocsf.Kind.PROCESS_ACTIVITY, 1, Severity.INFORMATIONAL, at);
    if (parent.isKnown()) {
      started.put("parent_process", parent.json());
      if (!above.isEmpty()) {
        started.put("ancestry", above.stream().map(ProcessRef::ancestor).toList());
      }
      ocsf.by(parent.json());
    }
    if (times > 1) {
      ocsf.with("count", times);
    }
    return origin.unmappedInto(file.unmappedInto(ocsf.with("process", started)));
  }
}
