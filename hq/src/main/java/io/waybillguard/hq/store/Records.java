package io.waybillguard.hq.store;

import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * The records that HQ holds, found by row and read from their segments. Safe for several threads.
 */
public final class Records {
  /**
   * One record as HQ holds it.
   *
   * @param log id of its log
   * @param row where it was found
   * @param leaf its leaf, exactly as it was hashed
   * @param body its body part 0; absent when HQ does not hold it
   */
  @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
  public record Held(String log, RecordRow row, byte[] leaf, Optional<byte[]> body) {}

  private static final String FOUND =
      "SELECT r.*, s.file FROM record r JOIN segment s ON s.id = r.segment";

  private final Database database;
  private final SegmentStore files;

  /** The records of a database, in these files. */
  public Records(Database database, SegmentStore files) {
    this.database = database;
    this.files = files;
  }

  static void put(Handle h, String log, long segment, List<RecordRow> rows) {
    ManyRows records =
        new ManyRows(
            "INSERT INTO record(log, seq, wall, type, severity, segment, leaf_at, leaf_length,"
                + " body_at, body_length) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    for (RecordRow row : rows) {
      records.add(
          log,
          row.seq(),
          row.wall(),
          PlainText.indexed(row.type()),
          row.severity(),
          segment,
          row.leaf().at(),
          row.leaf().length(),
          row.body().map(RecordRow.Piece::at).orElse(null),
          row.body().map(RecordRow.Piece::length).orElse(null));
      if (!row.sensor().isEmpty() && row.type().startsWith("sensor.")) {
        putSensor(h, log, row);
      }
    }
    records.execute(h);
  }

  private static void putSensor(Handle h, String log, RecordRow row) {
    h.execute(
        "INSERT INTO sensor(log, name, state, since, seq) VALUES (?, ?, ?, ?, ?)"
            + " ON CONFLICT(log, name) DO UPDATE SET state = excluded.state,"
            + " since = excluded.since, seq = excluded.seq",
        log,
        PlainText.indexed(row.sensor()),
        row.type().equals("sensor.blind") ? "blind" : "live",
        row.wall(),
        row.seq());
  }

  /**
   * The newest records of a log below a place in it, newest first.
   *
   * @param below only records with a smaller seq; {@link Long#MAX_VALUE} for all
   * @param type only records of this type; "" for all
   */
  public List<Held> newest(String log, long below, String type, int limit) throws IOException {
    return held(
        database
            .jdbi()
            .withHandle(
                h ->
                    h.createQuery(
                            FOUND
                                + " WHERE r.log = :log AND r.seq < :below"
                                + " AND (:type = '' OR r.type = :type)"
                                + " ORDER BY r.seq DESC LIMIT :limit")
                        .bind("log", log)
                        .bind("below", below)
                        .bind("type", type)
                        .bind("limit", limit)
                        .map((row, ctx) -> new Found(row))
                        .list()));
  }

  /** The newest records of a type in all logs, newest first by the desks' clocks. */
  public List<Held> newestOf(String type, int limit) throws IOException {
    return held(
        database
            .jdbi()
            .withHandle(
                h ->
                    h.select(
                            FOUND + " WHERE r.type = ? ORDER BY r.wall DESC, r.seq DESC LIMIT ?",
                            type,
                            limit)
                        .map((row, ctx) -> new Found(row))
                        .list()));
  }

  /**
   * The records of a log between two moments of the desk's clock, in the log's order.
   *
   * @param from the first moment
   * @param to the first moment no longer wanted
   */
  public List<Held> between(String log, Instant from, Instant to, int limit) throws IOException {
    return held(
        database
            .jdbi()
            .withHandle(
                h ->
                    h.select(
                            FOUND
                                + " WHERE r.log = ? AND r.wall >= ? AND r.wall < ?"
                                + " ORDER BY r.seq LIMIT ?",
                            log,
                            from.toEpochMilli(),
                            to.toEpochMilli(),
                            limit)
                        .map((row, ctx) -> new Found(row))
                        .list()));
  }

  /** The newest records of some types before a moment of the desk's clock, in the log's order. */
  public List<Held> before(String log, Instant to, List<String> types, int limit)
      throws IOException {
    List<Found> found =
        database
            .jdbi()
            .withHandle(
                h ->
                    h.createQuery(
                            FOUND
                                + " WHERE r.log = :log AND r.wall < :to AND r.type IN (<types>)"
                                + " ORDER BY r.seq DESC LIMIT :limit")
                        .bind("log", log)
                        .bind("to", to.toEpochMilli())
                        .bindList("types", types)
                        .bind("limit", limit)
                        .map((row, ctx) -> new Found(row))
                        .list());
    List<Held> held = held(found);
    Collections.reverse(held);
    return held;
  }

  /** What is looked for, newest first by the desks' clocks. */
  public List<Held> search(Search search, Search.Cursor after, int limit) throws IOException {
    return held(
        database
            .jdbi()
            .withHandle(
                h ->
                    h.createQuery(
                            FOUND
                                + " WHERE "
                                + search.where()
                                + " ORDER BY r.wall DESC, r.log DESC, r.seq DESC LIMIT :limit")
                        .bindMap(search.values(after))
                        .bind("limit", limit)
                        .map((row, ctx) -> new Found(row))
                        .list()));
  }

  /** The types of all records, by name. */
  public List<String> types() {
    return database
        .jdbi()
        .withHandle(
            h ->
                h.select("SELECT DISTINCT type FROM record ORDER BY type LIMIT 500")
                    .mapTo(String.class)
                    .list());
  }

  /** One record of a log. */
  public Optional<Held> find(String log, long seq) throws IOException {
    List<Found> found =
        database
            .jdbi()
            .withHandle(
                h ->
                    h.select(FOUND + " WHERE r.log = ? AND r.seq = ?", log, seq)
                        .map((row, ctx) -> new Found(row))
                        .list());
    return held(found).stream().findFirst();
  }

  /** The types of a log's records, by name. */
  public List<String> types(String log) {
    return database
        .jdbi()
        .withHandle(
            h ->
                h.select("SELECT DISTINCT type FROM record WHERE log = ? ORDER BY type", log)
                    .mapTo(String.class)
                    .list());
  }

  /** How many records HQ holds of a log. */
  public long count(String log) {
    return database
        .jdbi()
        .withHandle(
            h ->
                h.select("SELECT count(*) FROM record WHERE log = ?", log).mapTo(Long.class).one());
  }

  private static final class Found {
    private final String log;
    private final RecordRow row;
    private final String file;

    private Found(ResultSet row) throws SQLException {
      this.log = row.getString("log");
      long bodyAt = row.getLong("body_at");
      boolean noBody = row.wasNull();
      this.row =
          new RecordRow(
              row.getLong("seq"),
              row.getLong("wall"),
              row.getString("type"),
              row.getInt("severity"),
              "",
              new RecordRow.Piece(row.getLong("leaf_at"), row.getInt("leaf_length")),
              noBody
                  ? Optional.empty()
                  : Optional.of(new RecordRow.Piece(bodyAt, row.getInt("body_length"))));
      this.file = row.getString("file");
    }
  }

  /** Neighbours of one segment are read together: where it lies afar, each look costs. */
  private List<Held> held(List<Found> found) throws IOException {
    List<Held> held = new ArrayList<>(found.size());
    for (int i = 0; i < found.size(); ) {
      int end = i + 1;
      while (end < found.size() && found.get(end).file.equals(found.get(i).file)) {
        end++;
      }
      held.addAll(heldIn(found.get(i).file, found.subList(i, end)));
      i = end;
    }
    return held;
  }

  private List<Held> heldIn(String file, List<Found> found) throws IOException {
    List<RecordRow.Piece> pieces = new ArrayList<>();
    for (Found each : found) {
      pieces.add(each.row.leaf());
      each.row.body().ifPresent(pieces::add);
    }
    Iterator<byte[]> read = files.read(file, pieces).iterator();
    List<Held> held = new ArrayList<>(found.size());
    for (Found each : found) {
      byte[] leaf = read.next();
      held.add(
          new Held(
              each.log,
              each.row,
              leaf,
              each.row.body().isPresent() ? Optional.of(read.next()) : Optional.empty()));
    }
    return held;
  }
}
