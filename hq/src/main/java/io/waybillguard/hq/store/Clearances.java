package io.waybillguard.hq.store;

import java.time.Instant;
import java.util.List;

/** What a person at HQ says after having looked. Safe for use by several threads. */
public final class Clearances {
  private final Database database;

  /** The clearances in a database. */
  public Clearances(Database database) {
    this.database = database;
  }

  /**
   * Clears a workstation: its alarms count as looked at, and it may again do everything. The alarms
   * stay, with who cleared them and why.
   *
   * @param line the workstation's logs
   * @param who the account at HQ
   * @param reason what was found
   * @return how many alarms were open
   */
  public int clear(List<Workstation> line, String who, String reason, Instant now) {
    return database
        .jdbi()
        .inTransaction(
            h -> {
              int cleared = 0;
              for (Workstation each : line) {
                h.execute(
                    "UPDATE workstation SET rolled_back = NULL, forked = NULL, cloned = NULL"
                        + " WHERE log = ?",
                    each.log());
                // Two starts that spoke in turn would be found out again at the next heartbeat.
                h.execute("DELETE FROM boot WHERE log = ?", each.log());
                cleared +=
                    h.execute(
                        "UPDATE alarm SET cleared = ?, cleared_by = ?, reason = ?"
                            + " WHERE log = ? AND cleared IS NULL",
                        now.toEpochMilli(),
                        who,
                        reason,
                        each.log());
              }
              return cleared;
            });
  }
}
