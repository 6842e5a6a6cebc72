package io.waybillguard.hq.console;

import io.javalin.http.Context;
import io.waybillguard.hq.acts.NotRecorded;
import io.waybillguard.hq.fleet.Fleet;
import io.waybillguard.hq.store.Alarms;
import io.waybillguard.hq.store.Days;
import io.waybillguard.hq.store.IncidentRows;
import io.waybillguard.hq.store.Users;
import io.waybillguard.hq.store.WatchedDays;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/** The first page: what needs me now, what changed, and everything. */
final class OverviewPage {
  private static final int NEEDING = 6;
  private static final int INCIDENTS = 6;
  private static final int DAYS = 30;
  private static final int OUTLETS_A_PAGE = 12;

  private static final Sheet<Outlet> SHEET =
      Sheet.<Outlet>named("outlets")
          .text("code", "column.outlet", (each, reader) -> each.code())
          .number("open", "outlets.open", Outlet::open)
          .number("unseen", "outlets.unseen", Outlet::unseen)
          .number("blind", "column.blind", Outlet::blind)
          .number("alarming", "outlets.alarming", Outlet::alarming)
          .number("live", "outlets.live", Outlet::live)
          .number("all", "outlets.all", Outlet::all);

  private final Frame frame;
  private final Fleet fleet;
  private final IncidentRows incidents;
  private final WatchedDays days;
  private final Alarms alarms;
  private final InstantSource clock;

  OverviewPage(
      Frame frame,
      Fleet fleet,
      IncidentRows incidents,
      WatchedDays days,
      Alarms alarms,
      InstantSource clock) {
    this.frame = frame;
    this.fleet = fleet;
    this.incidents = incidents;
    this.days = days;
    this.alarms = alarms;
    this.clock = clock;
  }

  void show(Context request, Users.Session session) throws NotRecorded {
    frame.look(request, session, "/");
    Reader reader = frame.reader(request);
    List<Fleet.Standing> all = fleet.all();
    FleetView view = FleetPage.view(frame, request, all);
    List<Fleet.Standing> needing = FleetView.needing(all);
    long today = Days.of(clock.instant());
    long first = today - DAYS + 1;
    IncidentRows.Filter worst = new IncidentRows.Filter("open", 0, "", "", "", "severity");
    frame.render(
        request,
        "overview.jte",
        Map.ofEntries(
            Map.entry("shell", frame.shell(reader, reader.say("overview.title"), session, request)),
            Map.entry("view", view),
            Map.entry("desks", FleetPage.table(frame, request, session, view)),
            Map.entry("needing", needing.subList(0, Math.min(NEEDING, needing.size()))),
            Map.entry("needingCount", needing.size()),
            Map.entry("incidents", incidents.list(worst, 0, INCIDENTS)),
            Map.entry("openIncidents", incidents.count(IncidentRows.Filter.OPEN)),
            Map.entry("openAlarms", alarms.open()),
            Map.entry(
                "outlets",
                SHEET.list(
                    reader,
                    wanted(request).in("/outlets.csv", Route.OUTLETS_CSV.isFor(session.role())),
                    Outlet.of(all, incidents.openByOutlet()),
                    OUTLETS_A_PAGE,
                    Sheet.MOST)),
            Map.entry(
                "incidentChart",
                OverviewCharts.incidents(incidents.byDay(first), first, today, reader)),
            Map.entry(
                "coverageChart", OverviewCharts.coverage(days.between(first, today), reader))));
  }

  private Wanted wanted(Context request) {
    return Wanted.of(
        "/", "outlets", key -> frame.param(request, key), List.of("q", "state", FleetPage.SORT));
  }

  void outletsCsv(Context request, Users.Session session) throws NotRecorded {
    List<Outlet> outlets = Outlet.of(fleet.all(), incidents.openByOutlet());
    SHEET.answer(frame, request, session, wanted(request), outlets, "");
  }
}
