package io.waybillguard.hq.app;

import io.waybillguard.hq.fleet.Fleet;
import io.waybillguard.hq.http.Monitor.Gauge;
import io.waybillguard.hq.store.Backlog;
import io.waybillguard.hq.store.Contents;
import io.waybillguard.hq.store.FeedRows;
import io.waybillguard.hq.store.IncidentRows;
import io.waybillguard.hq.store.Retention;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;

/**
 * What {@code /metrics} counts. Counting a large fleet takes a moment, so it is done anew at most
 * every {@link #EVERY}. Safe for use by several threads.
 */
final class Vitals {
  private static final Duration EVERY = Duration.ofSeconds(15);

  private final Fleet fleet;
  private final IncidentRows incidents;
  private final Backlog backlog;
  private final FeedRows feeds;
  private final InstantSource clock;
  private Instant counted = Instant.EPOCH;
  private final Contents contents;
  private final Retention retention;
  private List<Gauge> last = List.of();

  Vitals(
      Fleet fleet,
      IncidentRows incidents,
      Backlog backlog,
      FeedRows feeds,
      Contents contents,
      Retention retention,
      InstantSource clock) {
    this.contents = contents;
    this.retention = retention;
    this.fleet = fleet;
    this.incidents = incidents;
    this.backlog = backlog;
    this.feeds = feeds;
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
    List<Gauge> gauges = new ArrayList<>(feeds(clock.instant()));
    gauges.addAll(ofFleet(states, blind));
    gauges.add(
        new Gauge(
            "waybill_guard_hq_segment_lock_days",
            "Days for which a new segment cannot be deleted; 0 without a retention lock.",
            Map.of(retention.mode().word(), retention.time().toDays()),
            "mode"));
    gauges.add(
        gauge(
            "waybill_guard_hq_erasures_locked",
            "Files with erased content that a retention lock still holds.",
            contents.doomed()));
    return gauges;
  }

  /** Each feed by its name, which is the operator's own word. */
  private List<Gauge> feeds(Instant now) {
    List<FeedRows.Row> rows = feeds.all();
    if (rows.isEmpty()) {
      return List.of();
    }
    return List.of(
        of(rows, "sent", "Records that a feed's receiver has taken.", FeedRows.Row::sent),
        of(rows, "refused", "Records that it never will.", FeedRows.Row::refused),
        of(rows, "waiting", "Segments that a feed has not been through.", FeedRows.Row::waiting),
        of(rows, "behind_seconds", "Age of the oldest of those.", f -> f.lag(now).toSeconds()),
        of(rows, "failing", "1 while a feed cannot send.", f -> f.problem().isEmpty() ? 0 : 1));
  }

  private static Gauge of(
      List<FeedRows.Row> rows, String name, String help, ToLongFunction<FeedRows.Row> value) {
    Map<String, Long> byFeed = new TreeMap<>();
    rows.forEach(row -> byFeed.put(row.name(), value.applyAsLong(row)));
    return new Gauge("waybill_guard_hq_feed_" + name, help, byFeed, "feed");
  }

  private List<Gauge> ofFleet(Map<String, Long> states, long blind) {
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
