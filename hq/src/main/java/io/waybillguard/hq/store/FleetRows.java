package io.waybillguard.hq.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** One row a workstation, with everything that lists show. Safe for use by several threads. */
public final class FleetRows {
  /**
   * A workstation with the sizes of its log.
   *
   * @param pinned size of the newest head that HQ cosigned
   * @param witnessed size up to which HQ holds the bytes
   * @param root root of the witnessed size, base64; "" at size 0
   * @param size what the workstation last said its log holds, or {@code pinned} when that is more
   * @param firstKey vkey of the log's first key, which verifiers start from
   * @param blind names of sensors that last said they cannot see
   */
  public record Row(
      Workstation workstation,
      long pinned,
      long witnessed,
      String root,
      long size,
      String firstKey,
      List<String> blind) {
    public Row {
      blind = List.copyOf(blind);
    }
  }

  private static final String ROWS =
      "SELECT w.*, coalesce(h.size, 0) AS pinned, coalesce(m.size, 0) AS witnessed, m.root AS root,"
          + " coalesce(b.size, 0) AS claimed,"
          + " (SELECT vkey FROM epoch_key k WHERE k.log = w.log AND k.epoch = 0) AS first_key,"
          + " (SELECT string_agg(s.name, ',' ORDER BY s.name) FROM sensor s"
          + " WHERE s.log = w.log AND s.state = 'blind') AS blind"
          + " FROM workstation w LEFT JOIN head h ON h.log = w.log"
          + " LEFT JOIN mirror m ON m.log = w.log LEFT JOIN heartbeat b ON b.log = w.log";

  private final Database database;

  /** The rows of a database. */
  public FleetRows(Database database) {
    this.database = database;
  }

  /** Every workstation, by outlet and then by name. */
  public List<Row> all() {
    return database
        .jdbi()
        .withHandle(
            h ->
                h.select(ROWS + " ORDER BY w.outlet, w.hostname, w.log")
                    .map((row, ctx) -> read(row))
                    .list());
  }

  /** One workstation. */
  public Optional<Row> find(String log) {
    return database
        .jdbi()
        .withHandle(
            h -> h.select(ROWS + " WHERE w.log = ?", log).map((row, ctx) -> read(row)).findOne());
  }

  private static Row read(ResultSet row) throws SQLException {
    byte[] root = row.getBytes("root");
    String blind = row.getString("blind");
    return new Row(
        Workstation.read(row),
        row.getLong("pinned"),
        row.getLong("witnessed"),
        root == null ? "" : Base64.getEncoder().encodeToString(root),
        Math.max(row.getLong("pinned"), row.getLong("claimed")),
        row.getString("first_key"),
        blind == null ? List.of() : List.of(blind.split(",", -1)));
  }
}
