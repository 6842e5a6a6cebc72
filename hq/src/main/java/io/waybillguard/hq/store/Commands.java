package io.waybillguard.hq.store;

import io.waybillguard.agent.event.AgentUpdate;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.JsonException;
import io.waybillguard.agent.event.Span;
import io.waybillguard.agent.evidence.Leaf;
import io.waybillguard.agent.report.wire.Command;
import io.waybillguard.agent.report.wire.Stage;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jdbi.v3.core.Handle;

/**
 * What HQ has desks do, who asked for it, who approved it, and what each desk's log says became of
 * it. Safe for use by several threads and processes.
 */
public final class Commands {
  /** At most so many go out with one heartbeat. */
  private static final int AT_ONCE = 16;

  private static final String UPDATE = "update";

  private static final SecureRandom RANDOM = new SecureRandom();

  /**
   * Bytes of arguments that go out with one heartbeat, whose answer has 64 KiB; a command alone may
   * have as many, so that none waits for ever.
   */
  public static final int MOST_ARGS = 40 << 10;

  /** A pull that is over still covers what is on its way. */
  private static final Duration ON_ITS_WAY = Duration.ofDays(1);

  /**
   * One command.
   *
   * @param target a log's origin, {@code outlet/CODE}, or {@code *}
   * @param note the signed note; "" while a second person's approval is missing
   * @param approvedBy who approved it, or ""
   * @param cancelledBy who took it back, or ""; its time was over then
   */
  public record Row(
      String id,
      String target,
      String type,
      Json.Obj args,
      String note,
      String askedBy,
      String reason,
      Instant asked,
      Instant notBefore,
      Instant expires,
      String approvedBy,
      String cancelledBy) {

    /**
     * A command as it is asked for: without a signature, good from now on.
     *
     * @param id of its own: {@link Commands#freshId}
     * @param now cut to the millisecond, which is what a message holds
     */
    public static Row asked(
        String id,
        String target,
        String type,
        Json.Obj args,
        String by,
        String reason,
        Instant now,
        Duration goodFor) {
      Instant at = Instant.ofEpochMilli(now.toEpochMilli());
      return new Row(
          id,
          target,
          type,
          args,
          "",
          by,
          reason,
          at,
          at,
          at.plusMillis(goodFor.toMillis()),
          "",
          "");
    }

    /** The same with other arguments. */
    public Row with(Json.Obj others) {
      return with(others, note);
    }

    /** The same with a signed note. */
    public Row signed(String signedNote) {
      return with(args, signedNote);
    }

    private Row with(Json.Obj others, String otherNote) {
      return new Row(
          id,
          target,
          type,
          others,
          otherNote,
          askedBy,
          reason,
          asked,
          notBefore,
          expires,
          approvedBy,
          cancelledBy);
    }
  }

  /** An id that nothing else has: 32 lower-case hex digits. */
  public static String freshId() {
    byte[] id = new byte[16];
    RANDOM.nextBytes(id);
    return HexFormat.of().formatHex(id);
  }

  /**
   * What a desk's log says of a command.
   *
   * @param state {@code taken}, {@code refused}, {@code expired}, {@code unsupported}, of an update
   *     {@code fetched} and {@code installed}, then {@code done}, {@code failed}, {@code
   *     rolled_back} or {@code interrupted}
   * @param counts numbers of its result, as JSON
   */
  public record State(String log, String state, Instant at, long seq, String counts) {}

  private final Database database;

  /** The commands in a database. */
  public Commands(Database database) {
    this.database = database;
  }

  /** Writes a command down, signed or waiting to be approved. */
  public void add(Row command) {
    database.jdbi().useHandle(h -> add(h, command));
  }

  static void add(Handle h, Row command) {
    h.execute(
        "INSERT INTO command(id, target, type, args, note, asked_by, reason, asked,"
            + " not_before, expires) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        command.id(),
        command.target(),
        command.type(),
        text(command.args()),
        command.note(),
        command.askedBy(),
        command.reason(),
        command.asked().toEpochMilli(),
        command.notBefore().toEpochMilli(),
        command.expires().toEpochMilli());
  }

  /**
   * Approves a command that waits for it.
   *
   * @param signed as it is signed: with its note, and with arguments that may say who approved it
   * @return false if it is gone or was approved meanwhile
   */
  public boolean approve(Row signed, String by, Instant now) {
    return database
        .jdbi()
        .withHandle(
            h ->
                h.execute(
                        "UPDATE command SET approved_by = ?, approved = ?, note = ?, args = ?"
                            + " WHERE id = ? AND note = '' AND asked_by <> ?"
                            + " AND cancelled IS NULL",
                        by,
                        now.toEpochMilli(),
                        signed.note(),
                        text(signed.args()),
                        signed.id(),
                        by)
                    == 1);
  }

  /**
   * Takes back a command, signed or not: its time is over, and no desk is told of it any more. A
   * desk that was told goes on.
   *
   * @return false if it is gone, was taken back or is over
   */
  public boolean cancel(String id, String by, Instant now) {
    return database
        .jdbi()
        .withHandle(
            h ->
                h.execute(
                        "UPDATE command SET cancelled_by = ?, cancelled = ?, expires = ?"
                            + " WHERE id = ? AND cancelled IS NULL AND expires > ?",
                        by,
                        now.toEpochMilli(),
                        now.toEpochMilli(),
                        id,
                        now.toEpochMilli())
                    == 1);
  }

  /** Commands that wait for approval and can still get it, oldest first. */
  public List<Row> waiting(Instant now, int limit) {
    return database
        .jdbi()
        .withHandle(
            h ->
                h.select(
                        "SELECT * FROM command WHERE note = '' AND expires > ?"
                            + " ORDER BY asked, id LIMIT ?",
                        now.toEpochMilli(),
                        limit)
                    .map((row, ctx) -> read(row))
                    .list());
  }

  /** One command. */
  public Optional<Row> find(String id) {
    return database
        .jdbi()
        .withHandle(
            h ->
                h.select("SELECT * FROM command WHERE id = ?", id)
                    .map((row, ctx) -> read(row))
                    .findOne());
  }

  /** The newest commands, newest first. */
  public List<Row> newest(int limit) {
    return database
        .jdbi()
        .withHandle(
            h ->
                h.select("SELECT * FROM command ORDER BY asked DESC, id LIMIT ?", limit)
                    .map((row, ctx) -> read(row))
                    .list());
  }

  /** The newest commands of a type, newest first. */
  public List<Row> newest(String type, int limit) {
    return database
        .jdbi()
        .withHandle(
            h ->
                h.select(
                        "SELECT * FROM command WHERE type = ? ORDER BY asked DESC, id LIMIT ?",
                        type,
                        limit)
                    .map((row, ctx) -> read(row))
                    .list());
  }

  /** The newest commands that are for a workstation, newest first. */
  public List<Row> newestFor(Workstation desk, int limit) {
    return database
        .jdbi()
        .withHandle(
            h ->
                h.select(
                        "SELECT * FROM command WHERE target IN (?, ?, '*')"
                            + " ORDER BY asked DESC, id LIMIT ?",
                        desk.origin(),
                        "outlet/" + desk.outlet(),
                        limit)
                    .map((row, ctx) -> read(row))
                    .list());
  }

  /** What desks have said of a command. */
  public List<State> states(String id) {
    return database
        .jdbi()
        .withHandle(
            h ->
                h.select("SELECT * FROM command_state WHERE command = ? ORDER BY log", id)
                    .map(
                        (row, ctx) ->
                            new State(
                                row.getString("log"),
                                row.getString("state"),
                                Instant.ofEpochMilli(row.getLong("at")),
                                row.getLong("seq"),
                                row.getString("counts")))
                    .list());
  }

  /**
   * How many desks say what of each of some commands, by their words for it; a command of which no
   * desk said anything is not in it.
   */
  public Map<String, SortedMap<String, Long>> answers(Collection<String> ids) {
    return answers(ids, "");
  }

  /** What one desk says of each of some commands, in the same shape. */
  public Map<String, SortedMap<String, Long>> answers(Collection<String> ids, Workstation desk) {
    return answers(ids, desk.log());
  }

  private Map<String, SortedMap<String, Long>> answers(Collection<String> ids, String log) {
    Map<String, SortedMap<String, Long>> answers = new HashMap<>();
    if (!ids.isEmpty()) {
      database
          .jdbi()
          .useHandle(
              h ->
                  h.createQuery(
                          "SELECT command, state, count(*) AS desks FROM command_state"
                              + " WHERE command IN (<ids>) AND (:log = '' OR log = :log)"
                              + " GROUP BY command, state")
                      .bindList("ids", List.copyOf(ids))
                      .bind("log", log)
                      .map(
                          (row, ctx) ->
                              answers
                                  .computeIfAbsent(row.getString("command"), id -> new TreeMap<>())
                                  .put(row.getString("state"), row.getLong("desks")))
                      .list());
    }
    return answers;
  }

  /** What is to be told a desk now: signed, due, and not in its log as far as HQ holds that. */
  public List<Command.Message> due(Workstation desk, Instant now) {
    List<Row> rows =
        database
            .jdbi()
            .withHandle(
                h ->
                    h.select(
                            "SELECT * FROM command c WHERE note <> '' AND type <> 'policy'"
                                + " AND target IN (?, ?, '*') AND not_before <= ? AND expires > ?"
                                + " AND NOT EXISTS (SELECT 1 FROM command_state s"
                                + " WHERE s.command = c.id AND s.log = ?)"
                                + " ORDER BY asked, id",
                            desk.origin(),
                            "outlet/" + desk.outlet(),
                            now.toEpochMilli(),
                            now.toEpochMilli(),
                            desk.log())
                        .map((row, ctx) -> read(row))
                        .list());
    List<Command.Message> due = new ArrayList<>();
    policy(desk, now).ifPresent(row -> due.add(new Command.Message(row.note(), row.args())));
    int bytes = 0;
    Optional<String> newestUpdate =
        rows.stream()
            .filter(row -> row.type().equals(UPDATE) && isMeant(row, desk))
            .map(Row::id)
            .reduce((earlier, later) -> later);
    for (Row row : rows) {
      boolean overtaken =
          row.type().equals(UPDATE) && !row.id().equals(newestUpdate.orElse(row.id()));
      if (isMeant(row, desk) && !overtaken) {
        bytes += size(row.args());
        if (due.size() == AT_ONCE || (bytes > MOST_ARGS && !due.isEmpty())) {
          break; // with the next heartbeat
        }
        due.add(new Command.Message(row.note(), row.args()));
      }
    }
    return due;
  }

  /**
   * The newest policy that is for a desk, if the desk neither goes by it nor has answered: whoever
   * was away while several were published is told of the last.
   */
  private Optional<Row> policy(Workstation desk, Instant now) {
    return database
        .jdbi()
        .withHandle(
            h ->
                h
                    .select(
                        "SELECT c.*, (SELECT count(*) FROM command_state s WHERE s.command = c.id"
                            + " AND s.log = ?) + (SELECT count(*) FROM heartbeat b"
                            + " WHERE b.log = ? AND b.policy_version = p.version) AS settled"
                            + " FROM policy_command p JOIN command c ON c.id = p.command"
                            + " WHERE c.note <> '' AND c.target IN (?, ?, '*')"
                            + " AND c.not_before <= ? AND c.expires > ?"
                            + " ORDER BY p.version DESC, c.asked DESC, c.id",
                        desk.log(),
                        desk.log(),
                        desk.origin(),
                        "outlet/" + desk.outlet(),
                        now.toEpochMilli(),
                        now.toEpochMilli())
                    .map((row, ctx) -> Map.entry(read(row), row.getLong("settled")))
                    .list()
                    .stream()
                    .filter(each -> isMeant(each.getKey(), desk))
                    .findFirst()
                    .filter(each -> each.getValue() == 0)
                    .map(Map.Entry::getKey));
  }

  /** Bytes of arguments as they travel. */
  public static int size(Json.Obj args) {
    return args.canonical().length;
  }

  /** Whether a command is for a desk, its stage considered. */
  public static boolean isMeant(Row row, Workstation desk) {
    boolean addressed =
        List.of(desk.origin(), "outlet/" + desk.outlet(), "*").contains(row.target());
    return addressed && Stage.of(row.args(), row.id()).holds(desk.origin(), desk.outlet());
  }

  /** Whether HQ asked a desk for the content of a record. */
  public boolean pulls(Workstation desk, long seq, Instant now) {
    return database
        .jdbi()
        .withHandle(
            h ->
                h
                    .select(
                        "SELECT * FROM command WHERE type = 'pull' AND note <> ''"
                            + " AND target IN (?, ?, '*') AND expires > ?",
                        desk.origin(),
                        "outlet/" + desk.outlet(),
                        now.minus(ON_ITS_WAY).toEpochMilli())
                    .map((row, ctx) -> read(row))
                    .list()
                    .stream()
                    .anyMatch(row -> span(row.args()).filter(s -> s.holds(seq)).isPresent()));
  }

  /** The records that a command is about, where it names just one span. */
  public static Optional<Span> span(Json.Obj args) {
    try {
      return Optional.of(new Span(args.number("from"), args.number("to")));
    } catch (JsonException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Takes what a desk's log says; its result replaces its first word, never the other way. */
  static void heard(Handle h, String log, Leaf leaf, Instant now) {
    Json.Obj says = leaf.fields();
    String id = says.text("id", "");
    if (id.isEmpty()) {
      return; // the desk refused something that HQ never signed
    }
    boolean result = leaf.type().equals("hq.result");
    String said = leaf.type().equals(AgentUpdate.TYPE) ? "step" : result ? "outcome" : "verdict";
    Json.Obj counts = Json.object();
    if (result) {
      for (String key : new TreeSet<>(says.keys())) {
        long number = says.number(key, -1);
        if (number >= 0 && COUNTS.contains(key)) {
          counts.put(key, number);
        }
      }
    }
    h.execute(
        "INSERT INTO command_state(command, log, state, at, seq, counts) VALUES (?, ?, ?, ?, ?, ?)"
            + " ON CONFLICT(command, log) DO UPDATE SET state = excluded.state, at = excluded.at,"
            + " seq = excluded.seq, counts = excluded.counts"
            + " WHERE excluded.seq > command_state.seq",
        id,
        log,
        says.text(said, "unknown"),
        now.toEpochMilli(),
        leaf.seq(),
        text(counts));
  }

  private static final List<String> COUNTS =
      List.of(
          "absent", "ended", "epoch", "erased", "files", "found", "gone", "held", "placed",
          "record", "records", "sent", "unread", "version");

  private static Row read(ResultSet row) throws SQLException {
    String approved = row.getString("approved_by");
    String cancelled = row.getString("cancelled_by");
    return new Row(
        row.getString("id"),
        row.getString("target"),
        row.getString("type"),
        json(row.getString("args")),
        row.getString("note"),
        row.getString("asked_by"),
        row.getString("reason"),
        Instant.ofEpochMilli(row.getLong("asked")),
        Instant.ofEpochMilli(row.getLong("not_before")),
        Instant.ofEpochMilli(row.getLong("expires")),
        approved == null ? "" : approved,
        cancelled == null ? "" : cancelled);
  }

  private static String text(Json.Obj json) {
    return new String(json.canonical(), StandardCharsets.UTF_8);
  }

  private static Json.Obj json(String text) {
    try {
      return Json.parse(text.getBytes(StandardCharsets.UTF_8));
    } catch (JsonException e) {
      throw new IllegalStateException("HQ's database is damaged: " + e.getMessage(), e);
    }
  }
}
