package io.waybillguard.hq.app;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.Story;
import io.waybillguard.hq.fleet.Times;
import io.waybillguard.hq.incident.Telling;
import io.waybillguard.hq.incident.Told;
import io.waybillguard.hq.store.Database;
import io.waybillguard.hq.store.IncidentRows;
import io.waybillguard.hq.store.Records;
import io.waybillguard.hq.store.Segments;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The incidents that workstations' logs tell: all of them, or one as a story. */
@CommandLine.Command(name = "incidents")
final class Incidents implements Command {
  private static final int MOST = 1_000;

  private final Call call;

  @Mixin private final Home home;

  @Option(names = "--workstation", paramLabel = "ID")
  private String workstation = "";

  /** A command of its own could not leave {@code --data} to this one. */
  @Parameters(arity = "0..2", paramLabel = "show ID", descriptionKey = "show")
  private List<String> show = new ArrayList<>();

  Incidents(Call call) {
    this.call = call;
    this.home = call.home();
  }

  @Override
  public Exit run() throws Exception {
    if (!show.isEmpty() && !(show.size() == 2 && show.get(0).equals("show"))) {
      throw new Complaint(Exit.USAGE, "incident.usage", String.join(" ", show));
    }
    try (Database database = home.open()) {
      Story story = new Story(call.words().locale(), ZoneId.systemDefault());
      if (show.isEmpty()) {
        list(database, story);
      } else {
        one(database, show.get(1), story);
      }
    }
    return Exit.DONE;
  }

  private void list(Database database, Story story) throws Exception {
    List<IncidentRows.Row> rows =
        new IncidentRows(database)
            .list(new IncidentRows.Filter("", 0, "", workstation, "", "opened"), 0, MOST);
    if (call.json()) {
      Telling telling = telling(database);
      List<Json.Obj> told = new ArrayList<>();
      for (IncidentRows.Row row : rows) {
        told.add(telling.tell(row).json(story, title(row)));
      }
      call.terminal().json(Json.object().put("incidents", told));
    } else if (rows.isEmpty()) {
      call.terminal().remark(call.words().say("incidents.none"));
    } else {
      table(rows);
    }
  }

  private void one(Database database, String id, Story story) throws Exception {
    IncidentRows.Row row =
        new IncidentRows(database)
            .find(id)
            .orElseThrow(() -> new Complaint(Exit.USAGE, "incident.unknown", id));
    Told told = telling(database).tell(row);
    if (call.json()) {
      call.terminal().json(told.json(story, title(row)));
    } else {
      tell(told, story);
    }
  }

  private void tell(Told told, Story story) {
    Words words = call.words();
    IncidentRows.Row row = told.row();
    Terminal terminal = call.terminal();
    terminal.line(
        words.say(
            "incident.head",
            row.workstation(),
            title(row),
            words.say("severity." + row.severity())));
    terminal.line(
        words.say(row.closed() ? "incident.over" : "incident.going_on", row.outlet(), row.log()));
    terminal.line("");
    for (Story.Sentence each : told.incident().map(story::sentences).orElse(List.of())) {
      terminal.line(words.say("incident.step", each.text(), each.seq()));
    }
    if (told.incident().isEmpty()) {
      terminal.line(words.say("incident.no_steps"));
    }
    told.incident()
        .ifPresent(incident -> terminal.line(words.say("incident.now", story.whatToDo(incident))));
  }

  private Telling telling(Database database) throws Exception {
    return new Telling(
        new IncidentRows(database),
        new Records(database, home.segments(call, database)),
        new Segments(database),
        home.keys().mirror().verifier());
  }

  /** What an incident is called. */
  private String title(IncidentRows.Row row) {
    return call.words().locale().equals(Locale.ENGLISH) ? row.english() : row.chinese();
  }

  private void table(List<IncidentRows.Row> rows) {
    Words words = call.words();
    List<List<String>> table = new ArrayList<>();
    table.add(
        List.of(
            words.say("column.incident"),
            words.say("column.severity"),
            words.say("column.state"),
            words.say("column.outlet"),
            words.say("column.updated"),
            words.say("column.what")));
    for (IncidentRows.Row row : rows) {
      table.add(
          List.of(
              row.id(),
              words.say("severity." + row.severity()),
              words.say(row.closed() ? "incident.closed" : "incident.open"),
              row.outlet(),
              Times.rfc3339(row.updated()),
              words.say("incident.title", row.workstation(), title(row))));
    }
    call.terminal().table(table);
  }
}
