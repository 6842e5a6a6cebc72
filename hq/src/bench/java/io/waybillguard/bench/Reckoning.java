package io.waybillguard.bench;

import io.waybillguard.agent.evidence.BodyPart;
import io.waybillguard.agent.evidence.Frontier;
import io.waybillguard.agent.evidence.Hash;
import io.waybillguard.agent.evidence.Leaf;
import io.waybillguard.agent.evidence.Merkle;
import io.waybillguard.agent.report.wire.Segment;
import io.waybillguard.hq.store.Database;
import io.waybillguard.hq.store.Location;
import io.waybillguard.hq.store.LogState;
import io.waybillguard.hq.store.Logs;
import io.waybillguard.hq.store.SegmentFiles;
import io.waybillguard.hq.store.Segments;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;

/**
 * What must be true of HQ's store when the storm is over: everything that HQ cosigned is there and
 * is what was signed, nothing was lost, nothing came twice.
 */
final class Reckoning {
  private final Location at;
  private final String jdbc;
  private final Queue<String> broken;

  /**
   * @param jdbc URL of HQ's database
   * @param broken where it is told what is not as it must be
   */
  Reckoning(Location at, String jdbc, Queue<String> broken) {
    this.at = at;
    this.jdbc = jdbc;
    this.broken = broken;
  }

  /**
   * Reads every record of every workstation.
   *
   * @return how many records HQ holds
   */
  long check(Collection<Station> stations) throws Exception {
    Map<String, Long> rows = counts("SELECT log, count(*) FROM record GROUP BY log");
    Map<String, Long> enrolled = counts("SELECT log, count(*) FROM workstation GROUP BY log");
    long records = 0;
    try (Database database = Database.open(at)) {
      Logs logs = new Logs(database);
      Segments segments = new Segments(database);
      SegmentFiles files = new SegmentFiles(at.data());
      for (Station each : stations) {
        LogState log = logs.state(each.id()).orElse(null);
        if (log == null) {
          broken.add(each.id() + ": its enrolment was lost");
          continue;
        }
        check(each, log, segments, files);
        compare(each, "rows of records", rows.getOrDefault(each.id(), 0L), each.log().size());
        records += log.mirror().size();
      }
    }
    if (enrolled.size() != stations.size()) {
      broken.add(stations.size() + " workstations enrolled, HQ knows " + enrolled.size());
    }
    return records;
  }

  private void check(Station station, LogState log, Segments segments, SegmentFiles files)
      throws Exception {
    DeskLog own = station.log();
    compare(station, "size of the head", log.head().size(), own.size());
    compare(station, "size of the mirror", log.mirror().size(), own.size());
    boolean forked = log.workstation().forked().isPresent();
    if (forked != (station.kind() == Station.Kind.FORKS)) {
      broken.add(
          station.id() + ": " + station.kind() + " and " + (forked ? "" : "not ") + "forked");
    }
    boolean back = log.workstation().rolledBack().isPresent();
    if (back != (station.kind() == Station.Kind.REPLAYS)) {
      broken.add(
          station.id() + ": " + station.kind() + " and " + (back ? "" : "not ") + "rolled back");
    }
    Map<Long, Hash> signed = new HashMap<>(station.cosigned());
    Frontier tree = new Frontier();
    for (Segments.Row row : segments.of(station.id())) {
      byte[] bytes = files.read(row.file());
      if (!Hash.sha256(bytes).hex().equals(row.sha256()) || row.first() != tree.size()) {
        broken.add(station.id() + ": segment " + row.file() + " is not the one that was taken");
        return;
      }
      Segment segment = Segment.decode(bytes);
      Map<Long, BodyPart> bodies = new HashMap<>();
      segment.bodies().forEach(b -> bodies.put(b.index(), b));
      for (byte[] leaf : segment.leaves()) {
        long index = tree.size();
        if (index >= own.size() || !Arrays.equals(leaf, own.leaf(index))) {
          broken.add(station.id() + ": record " + index + " is not the one that was written");
          return;
        }
        BodyPart body = bodies.get(index);
        if (body == null) {
          broken.add(station.id() + ": content of record " + index + " is not there");
        } else {
          Leaf.parse(leaf).check(body);
        }
        tree.append(Merkle.leaf(leaf));
        Hash root = signed.remove(tree.size());
        if (root != null && !root.equals(tree.root())) {
          broken.add(station.id() + ": HQ cosigned another root of size " + tree.size());
        }
      }
    }
    compare(station, "records in files", tree.size(), own.size());
    if (!signed.isEmpty()) {
      broken.add(station.id() + ": HQ cosigned sizes that it cannot show: " + signed.keySet());
    }
  }

  private void compare(Station station, String what, long there, long expected) throws Exception {
    if (there != expected) {
      broken.add(station.id() + ": " + what + " is " + there + ", not " + expected);
    }
  }

  /** One number of HQ's database. */
  long number(String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection(jdbc);
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getLong(1);
    }
  }

  private Map<String, Long> counts(String sql) throws SQLException {
    Map<String, Long> counts = new HashMap<>();
    try (Connection connection = DriverManager.getConnection(jdbc);
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      while (row.next()) {
        counts.put(row.getString(1), row.getLong(2));
      }
    }
    return counts;
  }
}
