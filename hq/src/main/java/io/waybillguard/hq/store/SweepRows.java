package io.waybillguard.hq.store;

import io.waybillguard.agent.event.HuntFinding;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * Sweeps, their schedules, and what desks found. What each desk did about one is in {@link
 * Commands}. Safe for use by several threads and processes.
 */
public final class SweepRows {
  /**
   * One sweep.
   *
   * @param id of its command
   * @param series id of the first of those that one schedule published
   * @param every {@code daily}, {@code weekly}, {@code monthly}, or ""
   * @param next when the next of the series is due; absent where there is none, or it is published
   */
  public record Row(String id, String series, String every, Optional<Instant> next) {}

  /** What one desk found. */
  public record Found(String log, HuntFinding finding) {}

  private final Database database;

  /** The sweeps in a database. */
  public SweepRows(Database database) {
    this.database = database;
  }

  /** Writes a sweep down with its command: both or neither. */
  public void add(Row sweep, Commands.Row command) {
    database.jdbi().useTransaction(h -> put(h, sweep, command));
  }

  private static void put(Handle h, Row sweep, Commands.Row command) {
    Commands.add(h, command);
    h.execute(
        "INSERT INTO sweep(id, series, every, next) VALUES (?, ?, ?, ?)",
        sweep.id(),
        sweep.series(),
        sweep.every(),
        sweep.next().map(Instant::toEpochMilli).orElse(null));
  }

  /**
   * Writes down the next sweep of a series in place of the one whose time it follows.
   *
   * @return false if another server did so meanwhile, or the schedule was ended
   */
  public boolean follow(Row before, Row sweep, Commands.Row command) {
    return database
        .jdbi()
        .inTransaction(
            h -> {
              boolean first =
                  h.execute(
                          "UPDATE sweep SET next = NULL WHERE id = ? AND next IS NOT NULL",
                          before.id())
                      == 1;
              if (first) {
                put(h, sweep, command);
              }
              return first;
            });
  }

  /**
   * Ends a schedule: nothing more of this series is published.
   *
   * @return false if none was going on
   */
  public boolean stop(String series) {
    return database
        .jdbi()
        .withHandle(
            h ->
                h.execute(
                        "UPDATE sweep SET next = NULL WHERE series = ? AND next IS NOT NULL",
                        series)
                    > 0);
  }

  /** One sweep. */
  public Optional<Row> find(String id) {
    return database
        .jdbi()
        .withHandle(
            h ->
                h.select("SELECT * FROM sweep WHERE id = ?", id)
                    .map((row, ctx) -> read(row))
                    .findOne());
  }

  /** Sweeps whose next one is due. */
  public List<Row> due(Instant now) {
    return database
        .jdbi()
        .withHandle(
            h ->
                h.select("SELECT * FROM sweep WHERE next <= ? ORDER BY next", now.toEpochMilli())
                    .map((row, ctx) -> read(row))
                    .list());
  }

  /** The newest sweeps, newest first. */
  public List<Row> newest(int limit) {
    return database
        .jdbi()
        .withHandle(
            h ->
                h.select(
                        "SELECT s.* FROM sweep s JOIN command c ON c.id = s.id"
                            + " ORDER BY c.asked DESC, s.id LIMIT ?",
                        limit)
                    .map((row, ctx) -> read(row))
                    .list());
  }

  /** The sweeps of a series, oldest first. */
  public List<Row> series(String series) {
    return database
        .jdbi()
        .withHandle(
            h ->
                h.select(
                        "SELECT s.* FROM sweep s JOIN command c ON c.id = s.id"
                            + " WHERE s.series = ? ORDER BY c.asked, s.id",
                        series)
                    .map((row, ctx) -> read(row))
                    .list());
  }

  /** What desks found, by what was looked for, then by desk. */
  public List<Found> found(String id, int limit) {
    return database
        .jdbi()
        .withHandle(
            h ->
                h.select(
                        "SELECT * FROM sweep_finding WHERE command = ?"
                            + " ORDER BY what, sought, log, seq, n LIMIT ?",
                        id,
                        limit)
                    .map((row, ctx) -> new Found(row.getString("log"), finding(row)))
                    .list());
  }

  private static HuntFinding finding(ResultSet row) throws SQLException {
    long source = row.getLong("source");
    return new HuntFinding(
        row.getString("what"),
        row.getString("sought"),
        row.getString("path"),
        row.getString("sha256"),
        row.wasNull() ? -1 : source);
  }

  /** Writes down what a desk's {@code hunt.end} lists; again changes nothing. */
  static void put(Handle h, String log, long seq, String id, List<HuntFinding> findings) {
    for (int n = 0; n < findings.size(); n++) {
      HuntFinding each = findings.get(n);
      h.execute(
          "INSERT INTO sweep_finding(command, log, seq, n, what, sought, path, sha256, source)"
              + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT(log, seq, n) DO NOTHING",
          PlainText.indexed(id),
          log,
          seq,
          n,
          PlainText.indexed(each.what()),
          PlainText.indexed(each.match()),
          PlainText.indexed(each.path()),
          PlainText.indexed(each.sha256()),
          each.record() < 0 ? null : each.record());
    }
  }

  static void forget(Handle h, String log, long seq) {
    h.execute("DELETE FROM sweep_finding WHERE log = ? AND seq = ?", log, seq);
  }

  private static Row read(ResultSet row) throws SQLException {
    return new Row(
        row.getString("id"),
        row.getString("series"),
        row.getString("every"),
        Workstation.time(row, "next"));
  }
}
