package io.waybillguard.hq.console;

import io.javalin.http.Context;
import io.waybillguard.agent.event.HqAct;
import io.waybillguard.hq.acts.NotRecorded;
import io.waybillguard.hq.fleet.Fleet;
import io.waybillguard.hq.fleet.Times;
import io.waybillguard.hq.incident.Telling;
import io.waybillguard.hq.incident.Told;
import io.waybillguard.hq.store.IncidentRows;
import io.waybillguard.hq.store.Users;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Incidents: the table of all, and each as a story. */
final class IncidentPages {
  private static final int IN_A_FILE = 50_000;

  private final Frame frame;
  private final IncidentRows incidents;
  private final Telling telling;
  private final DisposalPages disposals;
  private final Fleet fleet;

  IncidentPages(
      Frame frame, IncidentRows incidents, Telling telling, DisposalPages disposals, Fleet fleet) {
    this.frame = frame;
    this.incidents = incidents;
    this.telling = telling;
    this.disposals = disposals;
    this.fleet = fleet;
  }

  void list(Context request, Users.Session session) throws NotRecorded {
    frame.look(request, session, "/incidents");
    Reader reader = frame.reader(request);
    IncidentRows.Filter filter = IncidentsPage.filter(key -> frame.param(request, key));
    frame.render(
        request,
        "incidents.jte",
        Map.of(
            "shell",
            frame.shell(reader, reader.say("incidents.title"), session, request),
            "page",
            IncidentsPage.of(incidents, filter, Pager.page(frame.param(request, "page"))),
            "outlets",
            outlets(),
            "mayExport",
            Route.INCIDENTS_CSV.isFor(session.role())));
  }

  private List<String> outlets() {
    return fleet.all().stream()
        .map(each -> each.row().workstation().outlet())
        .distinct()
        .sorted()
        .toList();
  }

  void csv(Context request, Users.Session session) throws NotRecorded {
    IncidentRows.Filter filter = IncidentsPage.filter(key -> frame.param(request, key));
    frame.note(request, session, HqAct.Deed.EXPORT, "/incidents.csv", "");
    Reader reader = frame.reader(request);
    Csv csv = new Csv();
    csv.line(
        reader.say("column.severity"),
        reader.say("incidents.what"),
        reader.say("column.outlet"),
        reader.say("column.workstation"),
        reader.say("incidents.opened"),
        reader.say("incidents.updated"),
        reader.say("incidents.steps"),
        reader.say("column.state"),
        reader.say("column.id"));
    for (IncidentRows.Row row : incidents.list(filter, 0, IN_A_FILE)) {
      csv.line(
          reader.say("severity." + row.severity()),
          reader.title(row),
          row.outlet(),
          row.workstation(),
          Times.rfc3339(row.opened()),
          Times.rfc3339(row.updated()),
          String.valueOf(row.steps()),
          reader.say(row.closed() ? "incident.closed" : "incident.open"),
          row.id());
    }
    request
        .contentType("text/csv; charset=utf-8")
        .header("Content-Disposition", "attachment; filename=incidents.csv")
        .result(csv.toString());
  }

  void one(Context request, Users.Session session) throws IOException {
    Optional<IncidentRows.Row> found = incidents.find(request.pathParam("id"));
    if (found.isEmpty()) {
      frame.message(request, 404, "message.404");
      return;
    }
    Reader reader = frame.reader(request);
    IncidentRows.Row row = found.get();
    frame.look(request, session, "/incidents/" + row.id());
    Told told = telling.tell(row);
    frame.render(
        request,
        "incident.jte",
        Map.of(
            "shell",
            frame.shell(reader, row.workstation(), session, request),
            "told",
            told,
            "title",
            reader.title(row),
            "drawing",
            IncidentDrawing.of(told, reader),
            "disposals",
            disposals.view(told, session),
            "mayPull",
            Route.ASK_PULL.isFor(session.role())));
  }
}
