package io.waybillguard.hq.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;

/** Where one stick was seen. Safe for use by several threads. */
public final class Sightings {
  /**
   * A stick that was seen at several outlets.
   *
   * @param first by the desks' clocks, as is last
   */
  public record Traveller(
      String passport, long outlets, long workstations, Instant first, Instant last) {}

  /** One workstation that a device was seen at. */
  public record At(
      String outlet, String log, String hostname, long records, Instant first, Instant last) {
    /** What it is called: by its host, or by its log where that is not known. */
    public String name() {
      return hostname.isEmpty() ? log : hostname;
    }
  }

  private final Database database;

  /** What a database knows. */
  public Sightings(Database database) {
    this.database = database;
  }

  /** Sticks that were seen at more than one outlet, the last seen first. */
  public List<Traveller> travellers(int limit) {
    return database
        .jdbi()
        .withHandle(
            h ->
                h.select(
                        "SELECT t.value, count(DISTINCT w.outlet) AS outlets,"
                            + " count(DISTINCT t.log) AS desks, min(t.wall) AS first,"
                            + " max(t.wall) AS last FROM trait t JOIN workstation w"
                            + " ON w.log = t.log WHERE t.what = 'stick' GROUP BY t.value"
                            + " HAVING count(DISTINCT w.outlet) > 1"
                            + " ORDER BY max(t.wall) DESC, t.value LIMIT ?",
                        limit)
                    .map(
                        (row, ctx) ->
                            new Traveller(
                                row.getString("value"),
                                row.getLong("outlets"),
                                row.getLong("desks"),
                                time(row, "first"),
                                time(row, "last")))
                    .list());
  }

  /** Every workstation that a device was seen at, the first first. */
  public List<At> of(String passport, int limit) {
    return database
        .jdbi()
        .withHandle(
            h ->
                h.select(
                        "SELECT w.outlet, w.log, w.hostname, count(*) AS records,"
                            + " min(t.wall) AS first, max(t.wall) AS last FROM trait t"
                            + " JOIN workstation w ON w.log = t.log"
                            + " WHERE t.what = 'passport' AND t.value = ?"
                            + " GROUP BY w.outlet, w.log, w.hostname"
                            + " ORDER BY min(t.wall), w.log LIMIT ?",
                        passport,
                        limit)
                    .map(
                        (row, ctx) ->
                            new At(
                                row.getString("outlet"),
                                row.getString("log"),
                                row.getString("hostname"),
                                row.getLong("records"),
                                time(row, "first"),
                                time(row, "last")))
                    .list());
  }

  private static Instant time(ResultSet row, String column) throws SQLException {
    return Instant.ofEpochMilli(row.getLong(column));
  }
}
