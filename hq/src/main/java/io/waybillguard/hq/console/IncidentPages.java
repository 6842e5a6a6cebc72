package io.waybillguard.hq.console;

import io.javalin.http.Context;
import io.waybillguard.hq.acts.NotRecorded;
import io.waybillguard.hq.fleet.Fleet;
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
  private static final Sheet<IncidentRows.Row> SHEET =
      Sheet.<IncidentRows.Row>named("incidents")
          .rank(
              "severity",
              "column.severity",
              (row, reader) -> reader.say("severity." + row.severity()),
              IncidentRows.Row::severity)
          .text("what", "incidents.what", (row, reader) -> reader.title(row))
          .text("outlet", "column.outlet", (row, reader) -> row.outlet())
          .text("desk", "column.workstation", (row, reader) -> row.workstation())
          .time("opened", "incidents.opened", row -> Optional.of(row.opened()))
          .time("updated", "incidents.updated", row -> Optional.of(row.updated()))
          .number("steps", "incidents.steps", IncidentRows.Row::steps)
          .text(
              "state",
              "column.state",
              (row, reader) -> reader.say(row.closed() ? "incident.closed" : "incident.open"))
          .besides("column.id", (row, reader) -> row.id());

  private static final Sheet<Told.Evidence> EVIDENCE =
      Sheet.<Told.Evidence>named("evidence")
          .number("seq", "column.seq", Told.Evidence::seq)
          .time("time", "column.time", each -> Optional.of(each.at()))
          .besides("column.kind", (each, reader) -> reader.summary().kind(each.type()))
          .text("sentence", "column.sentence", IncidentPages::sentence)
          .text("", "column.proof", (each, reader) -> reader.say("proof.witnessed"));

  private static String sentence(Told.Evidence each, Reader reader) {
    return each.event()
        .map(event -> reader.summary().of(each.type(), event))
        .orElseGet(() -> reader.summary().withoutBody(each.type()));
  }

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
    IncidentRows.Filter filter = filter(request);
    frame.render(
        request,
        "incidents.jte",
        Map.of(
            "shell",
            frame.shell(reader, reader.say("incidents.title"), session, request),
            "filter",
            filter,
            "incidents",
            SHEET.list(
                reader,
                wanted(request).in("/incidents.csv", Route.INCIDENTS_CSV.isFor(session.role())),
                incidents.list(filter, 0, Sheet.MOST + 1),
                Sheet.MOST),
            "outlets",
            outlets()));
  }

  private List<String> outlets() {
    return fleet.all().stream()
        .map(each -> each.row().workstation().outlet())
        .distinct()
        .sorted()
        .toList();
  }

  private IncidentRows.Filter filter(Context request) {
    String severity = frame.param(request, "severity");
    return new IncidentRows.Filter(
        frame.param(request, "state"),
        severity.matches("[1-5]") ? Integer.parseInt(severity) : 0,
        frame.param(request, "outlet"),
        frame.param(request, "workstation"),
        frame.param(request, "q").strip(),
        "");
  }

  private Wanted wanted(Context request) {
    return Wanted.of(
        "/incidents",
        key -> frame.param(request, key),
        List.of("state", "severity", "outlet", "workstation", "q"));
  }

  void csv(Context request, Users.Session session) throws NotRecorded {
    List<IncidentRows.Row> found = incidents.list(filter(request), 0, Sheet.MOST_IN_A_FILE + 1);
    SHEET.answer(frame, request, session, wanted(request), found, "");
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
            "evidence",
            EVIDENCE.list(
                reader,
                evidenceWanted(request, row)
                    .in(
                        "/incidents/" + row.id() + "/evidence.csv",
                        Route.EVIDENCE_CSV.isFor(session.role())),
                told.evidence(),
                Sheet.MOST),
            "disposals",
            disposals.view(told, session),
            "mayPull",
            Route.ASK_PULL.isFor(session.role())));
  }

  private Wanted evidenceWanted(Context request, IncidentRows.Row row) {
    return Wanted.of(
        "/incidents/" + row.id(), "evidence", key -> frame.param(request, key), List.of());
  }

  void evidenceCsv(Context request, Users.Session session) throws IOException {
    Optional<IncidentRows.Row> found = incidents.find(request.pathParam("id"));
    if (found.isEmpty()) {
      frame.message(request, 404, "message.404");
      return;
    }
    Wanted wanted = evidenceWanted(request, found.get());
    EVIDENCE.answer(frame, request, session, wanted, telling.tell(found.get()).evidence(), "");
  }
}
