package io.waybillguard.agent.event;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * A program worth a record was started: new on this machine, on a removable medium, or in a hidden
 * place.
 *
 * @param process the new process; what it runs is {@code file}, also when it ended too soon to be
 *     asked
 * @param parent the process that started it
 * @param above who started that one, and on, the nearest first; at most eight with the parent,
 *     without their accounts, and none when the parent is not known
 * @param times how many starts this stands for: those since the last record of this program, and
 *     this one; of one off a medium or in a hidden place each has its own
 * @param interpreter the program that runs the file, which is a script then; "" when it runs itself
 * @param command how the process was called, without what looks like a secret; "" when it could not
 *     be asked any more. A process may have changed it.
 */
public record ProgramStarted(
    Instant at,
    FileRef file,
    Origin origin,
    ProcessRef process,
    ProcessRef parent,
    List<ProcessRef> above,
    long times,
    String interpreter,
    String command)
    implements Observation {
  public ProgramStarted {
    process = new ProcessRef(process.pid(), file.path(), process.user());
    above =
        parent.isKnown()
            ? above.stream().map(one -> new ProcessRef(one.pid(), one.executable(), "")).toList()
            : List.of();
  }

  /** A program that runs itself. */
  public ProgramStarted(
      Instant at,
      FileRef file,
      Origin origin,
      ProcessRef process,
      ProcessRef parent,
      List<ProcessRef> above,
      long times) {
    this(at, file, origin, process, parent, above, times, "", "");
  }

  /** One start, of a process above whose parent nobody was asked for. */
  public ProgramStarted(
      Instant at, FileRef file, Origin origin, ProcessRef process, ProcessRef parent) {
    this(at, file, origin, process, parent, List.of(), 1, "", "");
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
    Json.Obj started = process.json().put("file", file.json()).putUnlessEmpty("cmd_line", command);
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
    ocsf.unmapped("interpreter", interpreter);
    return origin.unmappedInto(file.unmappedInto(ocsf.with("process", started)));
  }

  static ProgramStarted recalled(Recalled event) throws JsonException {
    List<ProcessRef> above = new ArrayList<>();
    for (Recalled one : event.parts("process.ancestry")) {
      above.add(ProcessRef.recalled(one));
    }
    return new ProgramStarted(
        event.at(),
        FileRef.recalled(event.in("process.file"), event.unmapped()),
        Origin.recalled(event.unmapped()),
        ProcessRef.recalled(event.in("process")),
        ProcessRef.recalled(event.in("process.parent_process")),
        above,
        Math.max(1, event.number("count")),
        event.unmapped().text("interpreter"),
        event.in("process").text("cmd_line"));
  }
}
