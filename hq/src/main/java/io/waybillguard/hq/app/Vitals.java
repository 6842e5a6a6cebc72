package io.waybillguard.hq.app;

import io.waybillguard.hq.fleet.Fleet;
import io.waybillguard.hq.http.Monitor.Gauge;
import io.waybillguard.hq.store.Backlog;
import io.waybillguard.hq.store.IncidentRows;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What {@code /metrics} counts. Counting a large fleet takes a moment, so it is done anew at most
 * every {@link #EVERY}. Safe for use by several threads.
 */
final class Vitals {
  private static final Duration EVERY = Duration.ofSeconds(15);

  private final Fleet fleet;
  private final IncidentRows incidents;
  private final Backlog backlog;
  private final InstantSource clock;
  private Instant counted = Instant.EPOCH;
  private List<Gauge> last = List.of();

  Vitals(Fleet fleet, IncidentRows incidents, Backlog backlog, InstantSource clock) {
    this.fleet = fleet;
    this.incidents = incidents;
    this.backlog = backlog;
    this.clock = clock;
  }

  synchronized Iterable<Gauge> gauges() {
    Instant now = clock.instant();
    if (last.isEmpty() || !now.isBefore(counted.plus(EVERY))) {
      last = count();
      counted = now;
    }
    return last;
  }

  private List<Gauge> count() {
    Map<String, Long> states = new TreeMap<>();
    long blind = 0;
    for (Fleet.Standing each : fleet.all()) {
      states.merge(each.state().word(), 1L, Long::sum);
      blind += each.row().blind().isEmpty() ? 0 : 1;
    }
    return List.of(
        new Gauge("waybill_guard_hq_workstations", "Workstations, by state.", states, "state"),
        gauge("waybill_guard_hq_blind", "Workstations with a blind sensor.", blind),
        gauge(
            "waybill_guard_hq_incidents_open",
            "Incidents that are open.",
            incidents.count(IncidentRows.Filter.OPEN)),
        gauge(
            "waybill_guard_hq_segments_unread",
            "Segments that cannot be searched yet.",
            backlog.unreadSegments()),
        new Gauge(
            "waybill_guard_hq_pulls",
            "Pulls from the console, by state.",
            backlog.pulls(),
            "state"));
  }

  private static Gauge gauge(String name, String help, long value) {
    return new Gauge(name, help, Map.of("", value), "");
  }
}
