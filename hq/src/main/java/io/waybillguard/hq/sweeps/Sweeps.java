package io.waybillguard.hq.sweeps;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.JsonException;
import io.waybillguard.agent.evidence.SigningKey;
import io.waybillguard.hq.orders.Orders;
import io.waybillguard.hq.store.Commands;
import io.waybillguard.hq.store.Database;
import io.waybillguard.hq.store.FleetRows;
import io.waybillguard.hq.store.SweepRows;
import io.waybillguard.hq.store.Workstation;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Publishes sweeps and tells how they stand; the console and the commands beside it do the same
 * here. Safe for use by several threads and processes.
 */
public final class Sweeps {
  /** Findings that are shown of one sweep; all are counted. */
  private static final int MOST_FINDINGS = 5_000;

  private static final String TYPE = "hunt";

  private final Database database;
  private final SigningKey key;

  /**
   * @param key HQ's command key
   */
  public Sweeps(Database database, SigningKey key) {
    this.database = database;
    this.key = key;
  }

  /**
   * A sweep that is ready to be sent.
   *
   * @param row the sweep
   * @param command signed
   */
  public record Draft(SweepRows.Row row, Commands.Row command) {}

  /** A sweep as it would be published; nothing is kept yet. */
  public Draft draft(SweepFile file, String by, Instant now) {
    String id = Commands.freshId();
    Optional<Instant> next =
        file.every().map(every -> every.after(now, now, ZoneId.systemDefault()));
    return draft(
        new SweepRows.Row(id, id, file.every().map(Every::word).orElse(""), next),
        file.outlets(),
        file.args(id),
        file.lasts(),
        by,
        now);
  }

  private Draft draft(
      SweepRows.Row row,
      List<String> outlets,
      Json.Obj args,
      Duration lasts,
      String by,
      Instant now) {
    Commands.Row command =
        Commands.Row.asked(
            row.id(),
            outlets.size() == 1 ? "outlet/" + outlets.get(0) : "*",
            TYPE,
            args,
            by,
            args.text("title", ""),
            now,
            lasts);
    return new Draft(row, Orders.signed(command, key));
  }

  /** Publishes a sweep: from now on desks are told of it. */
  public void publish(Draft draft) {
    new SweepRows(database).add(draft.row(), draft.command());
  }

  /**
   * Publishes the sweeps whose time has come again, as the same person.
   *
   * @param told of each before it is published; one that it refuses is published the next time
   * @return how many
   */
  public int publishDue(Instant now, Announcement told) throws Exception {
    SweepRows rows = new SweepRows(database);
    int published = 0;
    for (SweepRows.Row due : rows.due(now)) {
      Draft next = again(due, now);
      told.of(next);
      published += rows.follow(due, next.row(), next.command()) ? 1 : 0;
    }
    return published;
  }

  /** Says that a sweep is about to be published. */
  @FunctionalInterface
  public interface Announcement {
    /**
     * @throws Exception if it cannot be said; the sweep is not published then
     */
    void of(Draft draft) throws Exception;
  }

  private Draft again(SweepRows.Row due, Instant now) throws JsonException {
    Commands.Row before = command(due.id());
    Commands.Row first = command(due.series());
    Every every = Every.of(due.every()).orElseThrow();
    String id = Commands.freshId();
    Instant next = every.after(first.asked(), now, ZoneId.systemDefault());
    Json.Obj args = Json.parse(before.args().canonical());
    if (args.has("stage")) {
      args.put("stage", id); // other desks are drawn each time
    }
    return draft(
        new SweepRows.Row(id, due.series(), due.every(), Optional.of(next)),
        args.texts("outlets"),
        args,
        Duration.between(before.notBefore(), before.expires()),
        before.askedBy(),
        now);
  }

  private Commands.Row command(String id) {
    return new Commands(database)
        .find(id)
        .orElseThrow(() -> new IllegalStateException("sweep " + id + " has no command"));
  }

  /** One sweep as it stands. */
  public Optional<SweepStanding> find(String id, Instant now) {
    return new SweepRows(database).find(id).map(row -> standing(row, fleet(), now, true));
  }

  /** The newest sweeps, newest first, without what they found. */
  public List<SweepStanding> newest(int limit, Instant now) {
    List<Workstation> fleet = fleet();
    return new SweepRows(database)
        .newest(limit).stream().map(row -> standing(row, fleet, now, false)).toList();
  }

  /** The sweeps of the same schedule up to this one, oldest first, without what they found. */
  public List<SweepStanding> trend(SweepStanding until, Instant now) {
    List<Workstation> fleet = fleet();
    return new SweepRows(database)
        .series(until.row().series()).stream()
            .map(row -> standing(row, fleet, now, false))
            .filter(s -> !s.command().asked().isAfter(until.command().asked()))
            .toList();
  }

  /** The report on a sweep as it stands, signed. */
  public SweepReport report(SweepStanding sweep) {
    return SweepReport.of(sweep, trend(sweep, sweep.now()), key);
  }

  /**
   * Ends a schedule.
   *
   * @param id of any sweep of the series
   * @return false if nothing more was to be published
   */
  public boolean stop(String id) {
    SweepRows rows = new SweepRows(database);
    return rows.find(id).filter(row -> rows.stop(row.series())).isPresent();
  }

  private List<Workstation> fleet() {
    return new FleetRows(database).all().stream().map(FleetRows.Row::workstation).toList();
  }

  private SweepStanding standing(
      SweepRows.Row row, List<Workstation> fleet, Instant now, boolean whole) {
    Commands.Row command = command(row.id());
    Map<String, Commands.State> states = new HashMap<>();
    new Commands(database).states(row.id()).forEach(state -> states.put(state.log(), state));
    Map<String, Workstation> known = new TreeMap<>();
    fleet.forEach(desk -> known.put(desk.log(), desk));
    List<SweepStanding.Desk> desks =
        fleet.stream()
            .filter(desk -> isAsked(command, desk, states))
            .sorted(
                Comparator.comparing(Workstation::outlet)
                    .thenComparing(Workstation::name)
                    .thenComparing(Workstation::log))
            .map(d -> new SweepStanding.Desk(d, Optional.ofNullable(states.get(d.log()))))
            .toList();
    List<SweepStanding.Finding> findings = new ArrayList<>();
    if (whole) {
      for (SweepRows.Found each : new SweepRows(database).found(row.id(), MOST_FINDINGS)) {
        Workstation desk = known.get(each.log());
        if (desk != null && states.containsKey(each.log())) {
          findings.add(new SweepStanding.Finding(desk, each));
        }
      }
    }
    long found = desks.stream().mapToLong(d -> found(d.state())).sum();
    return new SweepStanding(row, command, desks, findings, found, now);
  }

  /** A log that goes on as another is not asked for what it did not answer; nor one revoked. */
  private static boolean isAsked(
      Commands.Row command, Workstation desk, Map<String, Commands.State> states) {
    boolean gone = desk.continuedBy().isPresent() || desk.revoked().isPresent();
    boolean late = !desk.enrolled().isBefore(command.expires());
    return Commands.isMeant(command, desk) && (states.containsKey(desk.log()) || (!gone && !late));
  }

  static long found(Optional<Commands.State> state) {
    if (state.isEmpty()) {
      return 0;
    }
    try {
      return Json.parse(state.get().counts().getBytes(StandardCharsets.UTF_8)).number("found", 0);
    } catch (JsonException e) {
      throw new IllegalStateException("HQ's database is damaged: " + e.getMessage(), e);
    }
  }
}
