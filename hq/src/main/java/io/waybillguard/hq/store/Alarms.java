package io.waybillguard.hq.store;

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
    KEY_MISUSED;

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
   * @param note the refused checkpoint, where there is one
   */
  public record Alarm(
      long id, Instant at, Optional<String> log, Kind kind, String detail, Optional<String> note) {}

  private final Database database;

  /** The alarms in a database. */
  public Alarms(Database database) {
    this.database = database;
  }

  /** Raises an alarm that concerns no log. */
  public void raise(Kind kind, String detail, Instant at) {
    database.jdbi().useHandle(h -> raise(h, Optional.empty(), kind, detail, "", at));
  }

  static void raise(
      Handle h, Optional<String> log, Kind kind, String detail, String note, Instant at) {
    h.createUpdate(
            "INSERT INTO alarm(at, log, kind, detail, note)"
                + " VALUES (:at, :log, :kind, :detail, nullif(:note, ''))")
        .bind("at", at.toEpochMilli())
        .bind("log", log)
        .bind("kind", kind.word())
        .bind("detail", detail)
        .bind("note", note)
        .execute();
  }

  /** The newest alarms of one log, newest first. */
  public List<Alarm> of(String log, int limit) {
    return database
        .jdbi()
        .withHandle(
            h ->
                h.select("SELECT * FROM alarm WHERE log = ? ORDER BY id DESC LIMIT ?", log, limit)
                    .map(
                        (row, ctx) ->
                            new Alarm(
                                row.getLong("id"),
                                Instant.ofEpochMilli(row.getLong("at")),
                                Optional.ofNullable(row.getString("log")),
                                Kind.of(row.getString("kind")),
                                row.getString("detail"),
                                Optional.ofNullable(row.getString("note"))))
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
