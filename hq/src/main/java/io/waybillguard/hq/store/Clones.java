package io.waybillguard.hq.store;

import io.waybillguard.agent.report.wire.Heartbeat;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * Tells one machine from two that report with one identity. A machine runs one agent at a time:
 * once a later start was heard, an earlier one never speaks again; and within one start the
 * monotonic clock never runs backwards. Safe for use by several threads.
 */
public final class Clones {
  private final Database database;

  /** The starts in a database. */
  public Clones(Database database) {
    this.database = database;
  }

  private record Start(String boot, long firstSeen, long mono, String message) {}

  /** Takes note of a heartbeat; what no single machine can have sent raises an alarm, once. */
  public void heard(String log, Heartbeat beat, Instant now) {
    if (beat.boot().isEmpty()) {
      return;
    }
    database.jdbi().useTransaction(h -> heard(h, log, beat, now));
  }

  private static void heard(Handle h, String log, Heartbeat beat, Instant now) {
    Optional<Start> newest =
        h.select(
                "SELECT * FROM boot WHERE log = ? ORDER BY last_seen DESC, first_seen DESC LIMIT 1",
                log)
            .map(
                (row, ctx) ->
                    new Start(
                        row.getString("boot"),
                        row.getLong("first_seen"),
                        row.getLong("mono"),
                        row.getString("message")))
            .findOne();
    Optional<Long> before =
        h.select("SELECT mono FROM boot WHERE log = ? AND boot = ?", log, beat.boot())
            .mapTo(Long.class)
            .findOne();
    String message = new String(beat.encode(), StandardCharsets.UTF_8);
    boolean again = before.isPresent() && beat.mono() == before.get();
    if (again) {
      return; // the very same heartbeat: a connection broke, and it was sent twice
    }
    if (before.isPresent() && newest.isPresent()) {
      if (!newest.get().boot().equals(beat.boot())) {
        found(
            h,
            log,
            "the start "
                + beat.boot()
                + " speaks again after the later start "
                + newest.get().boot()
                + ": two machines have one identity",
            message,
            newest.get().message(),
            now);
      } else if (beat.mono() < before.get()) {
        found(
            h,
            log,
            "the start "
                + beat.boot()
                + " says it has run for "
                + beat.mono()
                + " µs, after it had said "
                + before.get()
                + ": two machines have one identity",
            message,
            newest.get().message(),
            now);
      }
    }
    h.execute(
        "INSERT INTO boot(log, boot, first_seen, last_seen, mono, message)"
            + " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT(log, boot) DO UPDATE SET"
            + " last_seen = excluded.last_seen, mono = excluded.mono, message = excluded.message",
        log,
        beat.boot(),
        now.toEpochMilli(),
        now.toEpochMilli(),
        beat.mono(),
        message);
  }

  /**
   * Notes that two machines have one identity. It raises an alarm once, until somebody has looked.
   */
  static void found(Handle h, String log, String detail, String came, String held, Instant now) {
    int first =
        h.execute(
            "UPDATE workstation SET cloned = ? WHERE log = ? AND cloned IS NULL",
            now.toEpochMilli(),
            log);
    if (first == 1) {
      Alarms.raise(h, Optional.of(log), Alarms.Kind.CLONED, detail, came, held, now);
    }
  }
}
