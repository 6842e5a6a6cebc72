package io.waybillguard.hq.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** What HQ has to be told about, oldest kept for good. Safe for use by several threads. */
public final class Alarms {
  /** What happened. */
  public enum Kind {
    /** A token that had been used came again with other keys. */
    TOKEN_REUSED,
    /** Two histories, both signed. */
    FORKED,
    /** The workstation holds less than HQ had cosigned. */
    ROLLED_BACK,
    /** A key signed outside its time. */
    KEY_MISUSED,
    /** Two machines report with one identity. */
    CLONED,
    /** A workstation's log could not be continued, and another took its place. */
    LOG_REPLACED,
    /** HQ was put back from a backup: what it witnessed between is not in its memory. */
    RESTORED;

    /** The word in the database, and in the keys of words for people. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    static Kind of(String word) {
      return valueOf(word.toUpperCase(Locale.ROOT));
    }
  }

  /**
   * One alarm.
   *
   * @param log id of the log concerned; absent for a token that was never bound to one
   * @param detail an English sentence with both values
   * @param note what came and was refused, where there is something: a checkpoint, or a heartbeat
   * @param held what HQ held that contradicts it
   * @param cleared when a person has looked
   * @param clearedBy who
   * @param reason what they found
   */
  public record Alarm(
      long id,
      Instant at,
      Optional<String> log,
      Kind kind,
      String detail,
      Optional<String> note,
      Optional<String> held,
      Optional<Instant> cleared,
      String clearedBy,
      String reason) {

    private static Alarm read(ResultSet row) throws SQLException {
      return new Alarm(
          row.getLong("id"),
          Instant.ofEpochMilli(row.getLong("at")),
          Optional.ofNullable(row.getString("log")),
          Kind.of(row.getString("kind")),
          row.getString("detail"),
          Optional.ofNullable(row.getString("note")),
          Optional.ofNullable(row.getString("held")),
          Workstation.time(row, "cleared"),
          Optional.ofNullable(row.getString("cleared_by")).orElse(""),
          Optional.ofNullable(row.getString("reason")).orElse(""));
    }
  }

  private final Database database;

  /** The alarms in a database. */
  public Alarms(Database database) {
    this.database = database;
  }

  /** Raises an alarm that concerns no log. */
  public void raise(Kind kind, String detail, Instant at) {
    database.jdbi().useHandle(h -> raise(h, Optional.empty(), kind, detail, "", "", at));
  }

  static void raise(
      Handle h,
      Optional<String> log,
      Kind kind,
      String detail,
      String note,
      String held,
      Instant at) {
    h.createUpdate(
            "INSERT INTO alarm(at, log, kind, detail, note, held)"
                + " VALUES (:at, :log, :kind, :detail, nullif(:note, ''), nullif(:held, ''))")
        .bind("at", at.toEpochMilli())
        .bind("log", log)
        .bind("kind", kind.word())
        .bind("detail", detail)
        .bind("note", note)
        .bind("held", held)
        .execute();
  }

  /** The newest alarms of all, those that nobody has looked at first. */
  public List<Alarm> newest(int limit) {
    return database
        .jdbi()
        .withHandle(
            h ->
                h.select(
                        "SELECT * FROM alarm ORDER BY CASE WHEN cleared IS NULL THEN 0 ELSE 1 END,"
                            + " id DESC LIMIT ?",
                        limit)
                    .map((row, ctx) -> Alarm.read(row))
                    .list());
  }

  /** How many nobody has looked at. */
  public long open() {
    return database
        .jdbi()
        .withHandle(
            h ->
                h.select("SELECT count(*) FROM alarm WHERE cleared IS NULL")
                    .mapTo(Long.class)
                    .one());
  }

  /** The newest alarms of one log, newest first. */
  public List<Alarm> of(String log, int limit) {
    return database
        .jdbi()
        .withHandle(
            h ->
                h.select("SELECT * FROM alarm WHERE log = ? ORDER BY id DESC LIMIT ?", log, limit)
                    .map((row, ctx) -> Alarm.read(row))
                    .list());
  }

  /** How many alarms there are of a kind. */
  public long count(Kind kind) {
    return database
        .jdbi()
        .withHandle(
            h ->
                h.select("SELECT count(*) FROM alarm WHERE kind = ?", kind.word())
                    .mapTo(Long.class)
                    .one());
  }
}
