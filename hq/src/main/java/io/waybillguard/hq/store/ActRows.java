package io.waybillguard.hq.store;

import io.waybillguard.agent.event.HqAct;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;

/**
 * What HQ's own logs say, for finding: derived from them, proving nothing. Safe for use by several
 * threads and processes.
 */
public final class ActRows {
  /**
   * One act.
   *
   * @param log id of the log that proves it
   * @param seq its place there
   * @param deed as {@link HqAct.Deed#word} spells it
   */
  public record Row(
      String log,
      long seq,
      Instant at,
      String who,
      String deed,
      String about,
      String place,
      String detail) {}

  private final Database database;

  /** The rows in a database. */
  public ActRows(Database database) {
    this.database = database;
  }

  /** Adds an act that is in its log. */
  public void put(String log, long seq, HqAct act) {
    database
        .jdbi()
        .useHandle(
            h ->
                h.execute(
                    "INSERT INTO act(log, seq, at, doer, deed, about, place, detail)"
                        + " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT(log, seq) DO NOTHING",
                    log,
                    seq,
                    act.at().toEpochMilli(),
                    PlainText.indexed(act.who()),
                    act.deed().word(),
                    act.about(),
                    act.place(),
                    act.detail()));
  }

  /** The first place of a log that has no row, nor has any after it. */
  public long next(String log) {
    return database
        .jdbi()
        .withHandle(
            h ->
                h.select("SELECT coalesce(max(seq) + 1, 0) FROM act WHERE log = ?", log)
                    .mapTo(Long.class)
                    .one());
  }

  /**
   * Acts, newest first.
   *
   * @param who only this person's; "" for everybody's
   * @param from first moment
   * @param to first moment after
   */
  public List<Row> newest(String who, Instant from, Instant to, int limit) {
    return database
        .jdbi()
        .withHandle(
            h ->
                h.createQuery(
                        "SELECT * FROM act WHERE at >= :from AND at < :to"
                            + " AND (:who = '' OR doer = :who)"
                            + " ORDER BY at DESC, log DESC, seq DESC LIMIT :limit")
                    .bind("who", who)
                    .bind("from", from.toEpochMilli())
                    .bind("to", to.toEpochMilli())
                    .bind("limit", limit)
                    .map((row, ctx) -> read(row))
                    .list());
  }

  /** Everybody who ever did something, by name. */
  public List<String> people() {
    return database
        .jdbi()
        .withHandle(
            h ->
                h.select("SELECT DISTINCT doer FROM act WHERE doer <> '' ORDER BY doer LIMIT 1000")
                    .mapTo(String.class)
                    .list());
  }

  private static Row read(ResultSet row) throws SQLException {
    return new Row(
        row.getString("log"),
        row.getLong("seq"),
        Instant.ofEpochMilli(row.getLong("at")),
        row.getString("doer"),
        row.getString("deed"),
        row.getString("about"),
        row.getString("place"),
        row.getString("detail"));
  }
}
