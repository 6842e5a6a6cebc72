package io.waybillguard.hq.console;

import io.javalin.http.Context;
import io.waybillguard.agent.event.HqAct;
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
  private static final int OUTLETS = 12;

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
    List<Fleet.Standing> needing = FleetView.needing(all);
    String sort = frame.param(request, "outlets");
    List<Outlet> outlets = Outlet.of(all, incidents.openByOutlet(), sort);
    long today = Days.of(clock.instant());
    long first = today - DAYS + 1;
    IncidentRows.Filter worst = new IncidentRows.Filter("open", 0, "", "", "", "severity");
    frame.render(
        request,
        "overview.jte",
        Map.ofEntries(
            Map.entry("shell", frame.shell(reader, reader.say("overview.title"), session, request)),
            Map.entry("view", view(request, all)),
            Map.entry("needing", needing.subList(0, Math.min(NEEDING, needing.size()))),
            Map.entry("needingCount", needing.size()),
            Map.entry("incidents", incidents.list(worst, 0, INCIDENTS)),
            Map.entry("openIncidents", incidents.count(IncidentRows.Filter.OPEN)),
            Map.entry("openAlarms", alarms.open()),
            Map.entry("outlets", outlets.subList(0, Math.min(OUTLETS, outlets.size()))),
            Map.entry("outletCount", outlets.size()),
            Map.entry("outletSort", sort),
            Map.entry(
                "incidentChart",
                OverviewCharts.incidents(incidents.byDay(first), first, today, reader)),
            Map.entry("coverageChart", OverviewCharts.coverage(days.between(first, today), reader)),
            Map.entry("mayExport", Route.OUTLETS_CSV.isFor(session.role()))));
  }

  private FleetView view(Context request, List<Fleet.Standing> all) {
    return FleetView.of(
        all,
        frame.param(request, "q"),
        frame.param(request, "state"),
        frame.param(request, "sort"),
        frame.param(request, "page"));
  }

  void outletsCsv(Context request, Users.Session session) throws NotRecorded {
    frame.note(request, session, HqAct.Deed.EXPORT, "/outlets.csv", "");
    Reader reader = frame.reader(request);
    Csv csv = new Csv();
    csv.line(
        reader.say("column.outlet"),
        reader.say("outlets.all"),
        reader.say("outlets.live"),
        reader.say("outlets.unseen"),
        reader.say("column.blind"),
        reader.say("outlets.alarming"),
        reader.say("outlets.open"));
    List<Outlet> outlets =
        Outlet.of(fleet.all(), incidents.openByOutlet(), frame.param(request, "outlets"));
    for (Outlet each : outlets) {
      csv.line(
          each.code(),
          String.valueOf(each.all()),
          String.valueOf(each.live()),
          String.valueOf(each.unseen()),
          String.valueOf(each.blind()),
          String.valueOf(each.alarming()),
          String.valueOf(each.open()));
    }
    request
        .contentType("text/csv; charset=utf-8")
        .header("Content-Disposition", "attachment; filename=outlets.csv")
        .result(csv.toString());
  }
}
