package io.waybillguard.agent.event;

import java.time.Instant;

/**
 * A program file is new, or its content changed.
 *
 * @param by the process that wrote it, where the kernel tells
 */
public record ProgramAppeared(Instant at, FileRef file, Origin origin, ProcessRef by)
    implements Observation {
  @Override
  public String type() {
    return "program.new";
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
    // OCSF puts the file acted upon under "file" and what came of it under "file_result": for a
    // copy, the source and the copy.
    Ocsf ocsf = Ocsf.of(Ocsf.Kind.FILE_SYSTEM_ACTIVITY, 1, Severity.INFORMATIONAL, at);
    if (origin.source().isEmpty()) {
      ocsf.with("file", file.json());
    } else {
      FileRef source =
          new FileRef(
              origin.source(),
              file.kind(),
              file.size(),
              origin.how().equals("same_hash") ? file.sha256() : "",
              "",
              "",
              true,
              false);
      ocsf.with("file", source.json()).with("file_result", file.json());
    }
    if (by.isKnown()) {
      ocsf.by(by.json());
    }
    return origin.unmappedInto(file.unmappedInto(ocsf));
  }

  static ProgramAppeared recalled(Recalled event) throws JsonException {
    Recalled file = event.has("file_result") ? event.in("file_result") : event.in("file");
    return new ProgramAppeared(
        event.at(),
        FileRef.recalled(file, event.unmapped()),
        Origin.recalled(event.unmapped()),
        ProcessRef.recalled(event.in("actor.process")));
  }
}
