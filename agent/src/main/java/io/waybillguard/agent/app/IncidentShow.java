package io.waybillguard.agent.app;

import io.waybillguard.agent.event.IncidentChanged;
import io.waybillguard.agent.event.Story;
import io.waybillguard.agent.evidence.Checkpoint;
import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.LogReader;
import java.io.IOException;
import java.time.ZoneId;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code incidents show ID}: one incident, told from its beginning. */
@Command(name = "show")
final class IncidentShow implements Action {
  private final Call call;

  @Parameters(paramLabel = "ID", descriptionKey = "id")
  private String id = "";

  @Option(names = "--json")
  private boolean json;

  IncidentShow(Call call) {
    this.call = call;
  }

  @Override
  public Exit run() throws IOException, Refusal, EvidenceException {
    IncidentChanged incident;
    String workstation;
    try (LogReader log = LocalLog.open(call.home())) {
      incident = StoredIncidents.named(StoredIncidents.of(log), id);
      workstation = Checkpoint.logIdOf(log.keys().origin());
    }
    Story story = new Story(call.words().locale(), ZoneId.systemDefault());
    if (json) {
      call.terminal().json(story.json(incident, workstation));
    } else {
      print(incident, story);
    }
    return Exit.DONE;
  }

  private void print(IncidentChanged incident, Story story) {
    Terminal terminal = call.terminal();
    terminal.say("incidents.title", story.title(incident), story.severity(incident.severity()));
    for (Story.Sentence each : story.sentences(incident)) {
      terminal.item("  ", each.text() + call.words().say("incidents.record", each.seq()));
    }
    terminal.item(call.words().say("incidents.todo"), story.whatToDo(incident));
  }
}
