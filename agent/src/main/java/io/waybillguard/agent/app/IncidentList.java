package io.waybillguard.agent.app;

import io.waybillguard.agent.event.IncidentChanged;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.Severity;
import io.waybillguard.agent.event.Story;
import io.waybillguard.agent.evidence.Checkpoint;
import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.LogReader;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code incidents}: the stories that this desk knows, without HQ. */
@Command(name = "incidents")
final class IncidentList implements Action {
  private final Call call;

  @Option(names = "--all")
  private boolean all;

  @Option(names = "--json")
  private boolean json;

  IncidentList(Call call) {
    this.call = call;
  }

  @Override
  public Exit run() throws IOException, Refusal, EvidenceException {
    List<IncidentChanged> incidents;
    String workstation;
    try (LogReader log = LocalLog.open(call.home())) {
      incidents = StoredIncidents.of(log);
      workstation = Checkpoint.logIdOf(log.keys().origin());
    }
    Story story = new Story(call.words().locale(), ZoneId.systemDefault());
    if (json) {
      call.terminal()
          .json(
              Json.object()
                  .put(
                      "incidents",
                      incidents.stream().map(each -> story.json(each, workstation)).toList()));
      return Exit.DONE;
    }
    List<IncidentChanged> shown =
        incidents.stream().filter(each -> all || isWorthALook(each)).toList();
    if (shown.isEmpty()) {
      call.terminal().say("incidents.empty");
    } else {
      print(shown, story);
    }
    if (shown.size() < incidents.size()) {
      call.terminal().remark("incidents.more", incidents.size() - shown.size());
    }
    return Exit.DONE;
  }

  /** What is over, and a stick alone, is shown when it is asked for. */
  private static boolean isWorthALook(IncidentChanged incident) {
    return incident.change() != IncidentChanged.Change.CLOSE
        && incident.severity().compareTo(Severity.LOW) > 0;
  }

  private void print(List<IncidentChanged> shown, Story story) {
    Instant now = InstantSource.system().instant();
    Table table =
        new Table(
            call.words().say("incidents.column.updated"),
            call.words().say("incidents.column.severity"),
            call.words().say("incidents.column.what"),
            call.words().say("incidents.column.steps"),
            call.words().say("incidents.column.id"));
    for (IncidentChanged each : shown) {
      table.row(
          Times.local(each.at(), now, ZoneId.systemDefault()),
          story.severity(each.severity()),
          story.title(each),
          String.valueOf(each.steps().size() + each.left()),
          each.uid().substring(each.uid().indexOf('-') + 1));
    }
    call.terminal().table(table);
  }
}
