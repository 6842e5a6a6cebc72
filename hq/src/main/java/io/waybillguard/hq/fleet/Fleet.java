package io.waybillguard.hq.fleet;

import io.waybillguard.hq.store.Database;
import io.waybillguard.hq.store.FleetRows;
import io.waybillguard.hq.store.Workstation;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** Every workstation and how it stands. Safe for use by several threads. */
public final class Fleet {
  /** How often workstations are to be heard unless the server says otherwise. */
  public static final Duration DEFAULT_INTERVAL = Duration.ofMinutes(5);

  private static final String INTERVAL = "heartbeat_seconds";

  /** A workstation and how it stands at the moment of asking. */
  public record Standing(FleetRows.Row row, State state) {}

  private final Database database;
  private final FleetRows rows;
  private final InstantSource clock;

  /** The fleet in a database. */
  public Fleet(Database database, InstantSource clock) {
    this.database = database;
    this.rows = new FleetRows(database);
    this.clock = clock;
  }

  /** Leaves the server's interval where commands beside it find it. */
  public static void setInterval(Database database, Duration interval) {
    database.set(INTERVAL, String.valueOf(interval.toSeconds()));
  }

  private Duration interval() {
    return database
        .setting(INTERVAL)
        .map(s -> Duration.ofSeconds(Long.parseLong(s)))
        .orElse(DEFAULT_INTERVAL);
  }

  /** Every workstation, by outlet and then by name. */
  public List<Standing> all() {
    Duration interval = interval();
    return rows.all().stream().map(r -> standing(r, interval)).toList();
  }

  /** The same without where each stands. */
  public List<Workstation> workstations() {
    return rows.all().stream().map(FleetRows.Row::workstation).toList();
  }

  /** One workstation. */
  public Optional<Standing> find(String log) {
    return rows.find(log).map(r -> standing(r, interval()));
  }

  private Standing standing(FleetRows.Row row, Duration interval) {
    return new Standing(row, State.of(row.workstation(), interval, clock.instant()));
  }
}
