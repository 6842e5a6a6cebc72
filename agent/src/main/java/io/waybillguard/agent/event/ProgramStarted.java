package io.waybillguard.agent.event;

import java.time.Instant;

/**
 * A program worth a record was started: new on this machine, on a removable medium, or in a hidden
 * place.
 *
 * @param process the new process; what it runs is {@code file}, also when it ended too soon to be
 *     asked
 * @param parent the process that started it
 */
public record ProgramStarted(
    Instant at, FileRef file, Origin origin, ProcessRef process, ProcessRef parent)
    implements Observation {
  public ProgramStarted {
    process = new ProcessRef(process.pid(), file.path(), process.user());
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
    Json.Obj started = process.json().put("file", file.json());
    Ocsf ocsf = Ocsf.of(Ocsf.Kind.PROCESS_ACTIVITY, 1, Severity.INFORMATIONAL, at);
    if (parent.isKnown()) {
      started.put("parent_process", parent.json());
      ocsf.by(parent.json());
    }
    return origin.unmappedInto(file.unmappedInto(ocsf.with("process", started)));
  }

  static ProgramStarted recalled(Recalled event) throws JsonException {
    return new ProgramStarted(
        event.at(),
        FileRef.recalled(event.in("process.file"), event.unmapped()),
        Origin.recalled(event.unmapped()),
        ProcessRef.recalled(event.in("process")),
        ProcessRef.recalled(event.in("process.parent_process")));
  }
}
