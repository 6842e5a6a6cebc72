package io.waybillguard.hq.store;

import io.waybillguard.agent.report.wire.Stage;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * Policies that HQ published, and which of them each desk says it goes by. Safe for use by several
 * threads and processes.
 */
public final class PolicyRows {
  /**
   * One version.
   *
   * @param document canonical JSON
   * @param source as a person wrote it
   * @param outlets codes; empty for all
   * @param percent of their desks
   * @param stage what these are drawn from
   * @param again version whose document this is once more; 0 for a new one
   */
  public record Row(
      long version,
      String sha256,
      String title,
      String document,
      String source,
      List<String> outlets,
      int percent,
      String stage,
      long again,
      String by,
      Instant at) {
    public Row {
      outlets = List.copyOf(outlets);
    }

    /** Which desks it is for. */
    public Stage meant() {
      return new Stage(outlets, percent, stage);
    }

    /** Whether every desk is meant. */
    public boolean isForAll() {
      return outlets.isEmpty() && percent == Stage.ALL;
    }
  }

  private final Database database;

  /** The policies in a database. */
  public PolicyRows(Database database) {
    this.database = database;
  }

  /**
   * Writes a version down with its command: both or neither.
   *
   * @return false if somebody else wrote one of this number
   */
  public boolean add(Row policy, Commands.Row command) {
    return database
        .jdbi()
        .inTransaction(
            h -> {
              int added =
                  h.execute(
                      "INSERT INTO policy(version, sha256, title, document, source, outlets,"
                          + " percent, stage, again, by_whom, at)"
                          + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                          + " ON CONFLICT(version) DO NOTHING",
                      policy.version(),
                      policy.sha256(),
                      policy.title(),
                      policy.document(),
                      policy.source(),
                      String.join(",", policy.outlets()),
                      policy.percent(),
                      policy.stage(),
                      policy.again(),
                      policy.by(),
                      policy.at().toEpochMilli());
              if (added == 1) {
                put(h, policy.version(), command);
              }
              return added == 1;
            });
  }

  private static void put(Handle h, long version, Commands.Row command) {
    Commands.add(h, command);
    h.execute("INSERT INTO policy_command(command, version) VALUES (?, ?)", command.id(), version);
  }

  /** Writes down another command of a version, and how many percent it is for now. */
  public void tell(long version, int percent, Commands.Row command) {
    database
        .jdbi()
        .useTransaction(
            h -> {
              put(h, version, command);
              h.execute("UPDATE policy SET percent = ? WHERE version = ?", percent, version);
            });
  }

  /** The newest versions, newest first. */
  public List<Row> newest(int limit) {
    return database
        .jdbi()
        .withHandle(
            h ->
                h.select("SELECT * FROM policy ORDER BY version DESC LIMIT ?", limit)
                    .map((row, ctx) -> read(row))
                    .list());
  }

  /** One version. */
  public Optional<Row> find(long version) {
    return database
        .jdbi()
        .withHandle(
            h ->
                h.select("SELECT * FROM policy WHERE version = ?", version)
                    .map((row, ctx) -> read(row))
                    .findOne());
  }

  /** A document by its hash, lower-case hex. */
  public Optional<String> document(String sha256) {
    return database
        .jdbi()
        .withHandle(
            h ->
                h.select("SELECT document FROM policy WHERE sha256 = ? LIMIT 1", sha256)
                    .mapTo(String.class)
                    .findOne());
  }

  /** The commands of a version, newest first. */
  public List<String> commands(long version) {
    return database
        .jdbi()
        .withHandle(
            h ->
                h.select(
                        "SELECT c.id FROM policy_command p JOIN command c ON c.id = p.command"
                            + " WHERE p.version = ? ORDER BY c.asked DESC, c.id",
                        version)
                    .mapTo(String.class)
                    .list());
  }

  /** When the last command of a version ends. */
  public Optional<Instant> toldUntil(long version) {
    return database
        .jdbi()
        .withHandle(
            h ->
                h.select(
                        "SELECT max(c.expires) AS ends FROM policy_command p"
                            + " JOIN command c ON c.id = p.command WHERE p.version = ?",
                        version)
                    .map((row, ctx) -> Workstation.time(row, "ends"))
                    .one());
  }

  /** The version that each desk last said it goes by; a desk that never said is not there. */
  public Map<String, Long> running() {
    Map<String, Long> running = new HashMap<>();
    database
        .jdbi()
        .useHandle(
            h ->
                h.select("SELECT log, policy_version FROM heartbeat")
                    .map((row, ctx) -> Map.entry(row.getString(1), row.getLong(2)))
                    .forEach(each -> running.put(each.getKey(), each.getValue())));
    return running;
  }

  /** The version that a desk last said it goes by; 0 where it said none. */
  public long running(String log) {
    return database
        .jdbi()
        .withHandle(
            h ->
                h.select("SELECT policy_version FROM heartbeat WHERE log = ?", log)
                    .mapTo(Long.class)
                    .findOne()
                    .orElse(0L));
  }

  private static Row read(ResultSet row) throws SQLException {
    String outlets = row.getString("outlets");
    return new Row(
        row.getLong("version"),
        row.getString("sha256"),
        row.getString("title"),
        row.getString("document"),
        row.getString("source"),
        outlets.isEmpty() ? List.of() : List.of(outlets.split(",", -1)),
        Math.toIntExact(row.getLong("percent")),
        row.getString("stage"),
        row.getLong("again"),
        row.getString("by_whom"),
        Instant.ofEpochMilli(row.getLong("at")));
  }
}
