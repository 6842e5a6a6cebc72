package io.waybillguard.hq.store;

import io.waybillguard.agent.report.wire.Heartbeat;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;

/** The last heartbeat of each workstation. Safe for use by several threads. */
public final class Heartbeats {
  private final Database database;

  /** The heartbeats in a database. */
  public Heartbeats(Database database) {
    this.database = database;
  }

  /** Keeps a heartbeat, as a sign of life. */
  public void put(String log, Heartbeat beat, Instant now) {
    database
        .jdbi()
        .useTransaction(
            h -> {
              h.execute(
                  "INSERT INTO heartbeat(log, received, size, root, message, policy_version)"
                      + " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT(log) DO UPDATE SET"
                      + " received = excluded.received, size = excluded.size,"
                      + " root = excluded.root, message = excluded.message,"
                      + " policy_version = excluded.policy_version",
                  log,
                  now.toEpochMilli(),
                  beat.size(),
                  beat.root(),
                  new String(beat.encode(), StandardCharsets.UTF_8),
                  beat.policyVersion());
              h.execute(
                  "UPDATE workstation SET last_seen = ?,"
                      + " version = coalesce(nullif(?, ''), version) WHERE log = ?",
                  now.toEpochMilli(),
                  beat.version(),
                  log);
            });
  }

  /** Notes that a workstation holds less than HQ cosigned; the first time it raises an alarm. */
  public void rolledBack(String log, long itsSize, long ourSize, Instant now) {
    database
        .jdbi()
        .useTransaction(
            h -> {
              int first =
                  h.execute(
                      "UPDATE workstation SET rolled_back = ?"
                          + " WHERE log = ? AND rolled_back IS NULL",
                      now.toEpochMilli(),
                      log);
              if (first == 1) {
                Alarms.raise(
                    h,
                    Optional.of(log),
                    Alarms.Kind.ROLLED_BACK,
                    "the workstation holds " + itsSize + " records, HQ has cosigned " + ourSize,
                    "",
                    "",
                    now);
              }
            });
  }
}
