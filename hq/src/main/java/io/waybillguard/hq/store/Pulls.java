package io.waybillguard.hq.store;

import io.waybillguard.agent.event.Span;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Bundles that people asked for in the console, and how far each is. A process that works at one
 * says so again and again; when it has not for {@link #LOST}, another process may go on with it.
 * Safe for use by several threads and processes.
 */
public final class Pulls {
  /** After so long without a sign of life a process is taken to have ended. */
  private static final Duration LOST = Duration.ofSeconds(60);

  /** How far a pull is. */
  public enum State {
    /** The workstation was asked for content that HQ does not hold. */
    ASKING,
    /** To be written. */
    WAITING,
    /** Being written. */
    WRITING,
    DONE,
    FAILED;

    /** As the database and keys of words spell it. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * One pull.
   *
   * @param id 32 hex digits
   * @param log of the workstation
   * @param incident it is about, or ""
   * @param from first moment wanted, by the desk's clock; absent for all
   * @param to first moment no longer wanted; absent for all
   * @param patience until when content is waited for
   * @param done records read or written so far
   * @param total records to read or write; 0 before that is known
   * @param commands ids of the commands that ask the workstation for content
   * @param missing records whose content the workstation was asked for
   * @param fingerprint SHA-256 of the bundle's tag manifest, hex; "" before it is done
   * @param bytes length of the bundle
   * @param problem why it failed, or ""
   */
  public record Row(
      String id,
      String log,
      String incident,
      Optional<Instant> from,
      Optional<Instant> to,
      String reason,
      String by,
      Instant asked,
      Instant patience,
      State state,
      long done,
      long total,
      List<String> commands,
      long missing,
      String fingerprint,
      long bytes,
      String problem) {
    public Row {
      commands = List.copyOf(commands);
    }
  }

  private final Database database;

  /** The pulls in a database. */
  public Pulls(Database database) {
    this.database = database;
  }

  /** Records of a log in a time whose content HQ does not hold, and never erased itself. */
  public List<Span> missing(String log, Optional<Instant> from, Optional<Instant> to) {
    NavigableSet<Long> missing = new TreeSet<>();
    database
        .jdbi()
        .useHandle(
            h ->
                h.select(
                        "SELECT r.seq FROM record r WHERE r.log = ? AND r.wall >= ? AND r.wall < ?"
                            + " AND r.body_at IS NULL AND NOT EXISTS (SELECT 1 FROM content c"
                            + " WHERE c.log = r.log AND c.seq = r.seq) ORDER BY r.seq",
                        log,
                        from.map(Instant::toEpochMilli).orElse(Long.MIN_VALUE),
                        to.map(Instant::toEpochMilli).orElse(Long.MAX_VALUE))
                    .mapTo(Long.class)
                    .forEach(missing::add));
    return missing.isEmpty() ? List.of() : Span.of(missing);
  }

  /** Keeps a pull that is to be done. */
  public void add(Row pull) {
    database
        .jdbi()
        .useHandle(
            h ->
                h.execute(
                    "INSERT INTO pull(id, log, incident, began, ended, reason, asked_by, asked,"
                        + " patience, state, commands, missing, alive, done, total, fingerprint,"
                        + " bytes, problem)"
                        + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, '', 0, '')",
                    pull.id(),
                    pull.log(),
                    pull.incident(),
                    millis(pull.from()),
                    millis(pull.to()),
                    pull.reason(),
                    pull.by(),
                    pull.asked().toEpochMilli(),
                    pull.patience().toEpochMilli(),
                    pull.state().word(),
                    String.join(",", pull.commands()),
                    pull.missing()));
  }

  private static @Nullable Long millis(Optional<Instant> at) {
    return at.map(Instant::toEpochMilli).orElse(null);
  }

  /** One pull. */
  public Optional<Row> find(String id) {
    return database
        .jdbi()
        .withHandle(
            h ->
                h.select("SELECT * FROM pull WHERE id = ?", id)
                    .map((row, ctx) -> read(row))
                    .findOne());
  }

  /** The newest, newest first. */
  public List<Row> newest(int limit) {
    return database
        .jdbi()
        .withHandle(
            h ->
                h.select("SELECT * FROM pull ORDER BY asked DESC, id LIMIT ?", limit)
                    .map((row, ctx) -> read(row))
                    .list());
  }

  /** Those that wait for content, oldest first. */
  public List<Row> asking() {
    return database
        .jdbi()
        .withHandle(
            h ->
                h.select("SELECT * FROM pull WHERE state = 'asking' ORDER BY asked, id")
                    .map((row, ctx) -> read(row))
                    .list());
  }

  /** Content is waited for no longer. */
  public void waitNoMore(String id) {
    database
        .jdbi()
        .useHandle(
            h ->
                h.execute(
                    "UPDATE pull SET state = 'waiting' WHERE id = ? AND state = 'asking'", id));
  }

  /**
   * Takes the oldest pull that nobody works at.
   *
   * @return it, now being written by the caller
   */
  public Optional<Row> take(Instant now) {
    return database
        .jdbi()
        .inTransaction(
            h -> {
              Optional<String> id =
                  h.select(
                          "SELECT id FROM pull WHERE state = 'waiting'"
                              + " OR (state = 'writing' AND alive < ?) ORDER BY asked, id LIMIT 1"
                              + database.engine().keepingRow(),
                          now.minus(LOST).toEpochMilli())
                      .mapTo(String.class)
                      .findOne();
              if (id.isEmpty()) {
                return Optional.empty();
              }
              h.execute(
                  "UPDATE pull SET state = 'writing', alive = ?, done = 0, total = 0 WHERE id = ?",
                  now.toEpochMilli(),
                  id.get());
              return h.select("SELECT * FROM pull WHERE id = ?", id.get())
                  .map((row, ctx) -> read(row))
                  .findOne();
            });
  }

  /** Says how far the process is that works at a pull. */
  public void progress(String id, long done, long total, Instant now) {
    database
        .jdbi()
        .useHandle(
            h ->
                h.execute(
                    "UPDATE pull SET done = ?, total = ?, alive = ? WHERE id = ?"
                        + " AND state = 'writing'",
                    done,
                    total,
                    now.toEpochMilli(),
                    id));
  }

  /** The bundle is there. */
  public void done(String id, long records, String fingerprint, long bytes) {
    database
        .jdbi()
        .useHandle(
            h ->
                h.execute(
                    "UPDATE pull SET state = 'done', done = ?, total = ?, fingerprint = ?,"
                        + " bytes = ? WHERE id = ?",
                    records,
                    records,
                    fingerprint,
                    bytes,
                    id));
  }

  /** It could not be made. */
  public void failed(String id, String problem) {
    database
        .jdbi()
        .useHandle(
            h ->
                h.execute(
                    "UPDATE pull SET state = 'failed', problem = ? WHERE id = ?",
                    PlainText.indexed(problem),
                    id));
  }

  private static Row read(ResultSet row) throws SQLException {
    return new Row(
        row.getString("id"),
        row.getString("log"),
        row.getString("incident"),
        Workstation.time(row, "began"),
        Workstation.time(row, "ended"),
        row.getString("reason"),
        row.getString("asked_by"),
        Instant.ofEpochMilli(row.getLong("asked")),
        Instant.ofEpochMilli(row.getLong("patience")),
        State.valueOf(row.getString("state").toUpperCase(Locale.ROOT)),
        row.getLong("done"),
        row.getLong("total"),
        Stream.of(row.getString("commands").split(",")).filter(id -> !id.isEmpty()).toList(),
        row.getLong("missing"),
        row.getString("fingerprint"),
        row.getLong("bytes"),
        row.getString("problem"));
  }
}
