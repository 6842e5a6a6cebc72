package io.waybillguard.hq.console;

import io.javalin.http.Context;
import io.waybillguard.hq.acts.NotRecorded;
import io.waybillguard.hq.fleet.Fleet;
import io.waybillguard.hq.store.Users;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The table of workstations, which stands on the first page and renews itself there. */
final class FleetPage {
  /** The field of the first page's address that says by what this table is sorted. */
  static final String SORT = "sort";

  private static final Sheet<Fleet.Standing> SHEET =
      Sheet.<Fleet.Standing>named("workstations")
          .rank(
              "state",
              "column.state",
              (desk, reader) -> reader.say("state." + desk.state().word()),
              Fleet.Standing::state)
          .text("outlet", "column.outlet", (desk, reader) -> desk.row().workstation().outlet())
          .text("desk", "column.workstation", (desk, reader) -> desk.row().workstation().name())
          .time("seen", "column.seen", desk -> Optional.of(desk.row().workstation().lastSeen()))
          .number("records", "column.records", desk -> desk.row().size())
          .number("witnessed", "column.proof", desk -> desk.row().witnessed())
          .text("blind", "column.blind", (desk, reader) -> String.join(" ", desk.row().blind()))
          .besides("column.version", (desk, reader) -> desk.row().workstation().version())
          .besides("column.id", (desk, reader) -> desk.row().workstation().log());

  private final Frame frame;
  private final Fleet fleet;

  FleetPage(Frame frame, Fleet fleet) {
    this.frame = frame;
    this.fleet = fleet;
  }

  static FleetView view(Frame frame, Context request, List<Fleet.Standing> all) {
    return FleetView.of(all, frame.param(request, "q"), frame.param(request, "state"));
  }

  /** All of them are at hand, so none is left out. */
  static Listing<Fleet.Standing> table(
      Frame frame, Context request, Users.Session session, FleetView view) {
    Wanted wanted =
        wanted(frame, request).in("/workstations.csv", Route.FLEET_CSV.isFor(session.role()));
    return SHEET.list(frame.reader(request), wanted, view.rows(), Integer.MAX_VALUE);
  }

  private static Wanted wanted(Frame frame, Context request) {
    return Wanted.of("/", key -> frame.param(request, key), List.of("q", "state", "outlets"))
        .at("fleet-title");
  }

  void table(Context request, Users.Session session) throws NotRecorded {
    frame.look(request, session, "/");
    frame.render(
        request,
        "fleet.jte",
        Map.of(
            "reader",
            frame.reader(request),
            "desks",
            table(frame, request, session, view(frame, request, fleet.all()))));
  }

  void csv(Context request, Users.Session session) throws NotRecorded {
    List<Fleet.Standing> rows = view(frame, request, fleet.all()).rows();
    Wanted wanted = wanted(frame, request);
    SHEET.answer(frame, request, session, wanted, rows, Integer.MAX_VALUE, "");
  }
}
