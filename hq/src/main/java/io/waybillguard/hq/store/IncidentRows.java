package io.waybillguard.hq.store;

import io.waybillguard.agent.event.IncidentChanged;
import io.waybillguard.agent.event.IncidentChanged.Change;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.JsonException;
import io.waybillguard.agent.event.Recall;
import io.waybillguard.agent.event.Story;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;

/**
 * Incidents as workstations' logs tell them, the newest record of each. Derived from bodies, and
 * filled when segments are read for searching. Safe for use by several threads.
 */
public final class IncidentRows {
  private static final Story CHINESE = new Story(Locale.SIMPLIFIED_CHINESE, ZoneOffset.UTC);
  private static final Story ENGLISH = new Story(Locale.ENGLISH, ZoneOffset.UTC);

  private static final String MINE =
      "SELECT i.*, w.outlet, w.hostname FROM incident i JOIN workstation w ON w.log = i.log";

  /**
   * One incident.
   *
   * @param log id of the log that tells it
   * @param outlet code of the workstation's outlet
   * @param workstation what people call the workstation
   * @param id its name, given by the workstation: begins with the log's id
   * @param seq its newest record
   * @param closed whether no step came for so long that a later one would be another incident
   * @param severity OCSF severity of all its steps together
   * @param opened when its first step happened, by the desk's clock, as is updated
   * @param steps how many it has
   * @param chinese what it is called in Chinese
   * @param english the same in English
   */
  public record Row(
      String log,
      String outlet,
      String workstation,
      String id,
      long seq,
      boolean closed,
      int severity,
      Instant opened,
      Instant updated,
      long steps,
      String chinese,
      String english) {
    /** What led to an incident and what came of it is evidence as well. */
    private static final Duration AROUND = Duration.ofHours(1);

    /** From when on its evidence is taken out. */
    public Instant evidenceFrom() {
      return opened.minus(AROUND);
    }

    /** Until when its evidence is taken out. */
    public Instant evidenceTo() {
      return updated.plus(AROUND);
    }
  }

  /**
   * Which incidents are asked for; every part that is not empty has to be so.
   *
   * @param state {@code open}, {@code closed}, or "" for both
   * @param severity least OCSF severity; 0 for all
   * @param outlet code of the outlet
   * @param log id of the log
   * @param text some of the workstation's name, its outlet or the incident's id
   * @param sort {@code opened} or {@code severity}; anything else is by last step
   */
  public record Filter(
      String state, int severity, String outlet, String log, String text, String sort) {
    /** All that are open, newest first. */
    public static final Filter OPEN = new Filter("open", 0, "", "", "", "");
  }

  /** How many incidents began on a day, by OCSF severity. */
  public record OnDay(long day, int severity, long incidents) {}

  private final Database database;

  /** The incidents in a database. */
  public IncidentRows(Database database) {
    this.database = database;
  }

  // -- reading -----------------------------------------------------------------------------------

  /**
   * Incidents.
   *
   * @param skip so many of them are left out
   */
  public List<Row> list(Filter filter, int skip, int limit) {
    return database
        .jdbi()
        .withHandle(
            h ->
                where(h, MINE, filter, order(filter.sort()) + " LIMIT :limit OFFSET :skip")
                    .bind("limit", limit)
                    .bind("skip", skip)
                    .map((row, ctx) -> read(row))
                    .list());
  }

  /** How many there are. */
  public long count(Filter filter) {
    return database
        .jdbi()
        .withHandle(
            h ->
                where(
                        h,
                        "SELECT count(*) FROM incident i JOIN workstation w ON w.log = i.log",
                        filter,
                        "")
                    .mapTo(Long.class)
                    .one());
  }

  private static Query where(Handle h, String select, Filter filter, String after) {
    Map<String, Object> values = new LinkedHashMap<>();
    StringBuilder where = new StringBuilder(" WHERE 1 = 1");
    if (filter.state().equals("open") || filter.state().equals("closed")) {
      where.append(" AND i.closed = ").append(filter.state().equals("closed") ? 1 : 0);
    }
    if (filter.severity() > 0) {
      where.append(" AND i.severity >= :severity");
      values.put("severity", filter.severity());
    }
    if (!filter.outlet().isEmpty()) {
      where.append(" AND w.outlet = :outlet");
      values.put("outlet", filter.outlet());
    }
    if (!filter.log().isEmpty()) {
      where.append(" AND i.log = :log");
      values.put("log", filter.log());
    }
    if (!filter.text().isEmpty()) {
      where.append(
          " AND (lower(w.hostname) LIKE :text ESCAPE '!' OR lower(w.outlet) LIKE :text ESCAPE '!'"
              + " OR i.id LIKE :text ESCAPE '!')");
      values.put(
          "text", "%" + SearchIndex.lowered(filter.text()).replaceAll("([!%_])", "!$1") + "%");
    }
    return h.createQuery(select + where + after).bindMap(values);
  }

  private static String order(String sort) {
    return switch (sort) {
      case "opened" -> " ORDER BY i.opened DESC, i.log, i.id";
      case "severity" -> " ORDER BY i.severity DESC, i.updated DESC, i.log, i.id";
      default -> " ORDER BY i.updated DESC, i.log, i.id";
    };
  }

  /** The incident of a name. */
  public Optional<Row> find(String id) {
    return database
        .jdbi()
        .withHandle(
            h -> h.select(MINE + " WHERE i.id = ?", id).map((row, ctx) -> read(row)).findFirst());
  }

  /** Records in which the desk says what was shown of an incident, and what was answered. */
  public List<Long> notes(String log, String id) {
    return database
        .jdbi()
        .withHandle(
            h ->
                h.select(
                        "SELECT seq FROM incident_note WHERE log = ? AND id = ? ORDER BY seq"
                            + " LIMIT 100",
                        log,
                        id)
                    .mapTo(Long.class)
                    .list());
  }

  /** How many began on each day from one on, by severity; days without are left out. */
  public List<OnDay> byDay(long from) {
    return database
        .jdbi()
        .withHandle(
            h ->
                h.select(
                        "SELECT (opened + ?) / 86400000 AS day, severity, count(*) AS incidents"
                            + " FROM incident WHERE opened >= ?"
                            // By the place in the list: PostgreSQL takes a parameter for another.
                            + " GROUP BY 1, 2 ORDER BY 1, 2",
                        Days.OFFSET_MILLIS,
                        Days.begin(from).toEpochMilli())
                    .map(
                        (row, ctx) ->
                            new OnDay(
                                row.getLong("day"),
                                row.getInt("severity"),
                                row.getLong("incidents")))
                    .list());
  }

  /** How many are open, by outlet; outlets without any are left out. */
  public Map<String, Long> openByOutlet() {
    Map<String, Long> open = new TreeMap<>();
    database
        .jdbi()
        .useHandle(
            h ->
                h.select(
                        "SELECT w.outlet, count(*) AS open FROM incident i JOIN workstation w"
                            + " ON w.log = i.log WHERE i.closed = 0 GROUP BY w.outlet")
                    .map((row, ctx) -> open.put(row.getString("outlet"), row.getLong("open")))
                    .list());
    return open;
  }

  private static Row read(ResultSet row) throws SQLException {
    String hostname = row.getString("hostname");
    return new Row(
        row.getString("log"),
        row.getString("outlet"),
        hostname.isEmpty() ? row.getString("log") : hostname,
        row.getString("id"),
        row.getLong("seq"),
        row.getLong("closed") != 0,
        row.getInt("severity"),
        Instant.ofEpochMilli(row.getLong("opened")),
        Instant.ofEpochMilli(row.getLong("updated")),
        row.getLong("steps"),
        row.getString("title_zh"),
        row.getString("title_en"));
  }

  // -- writing, as segments are read -------------------------------------------------------------

  /**
   * Whether an incident may be called so: a workstation names its own incidents, and never one of
   * another's.
   */
  static boolean isOwn(String log, String id) {
    return id.startsWith(log + "-") && id.matches("[0-9a-z-]{1,80}");
  }

  /** Takes what a record says of an incident; an older record never replaces a newer one. */
  static void put(Handle h, String log, long seq, IncidentChanged incident) {
    if (!isOwn(log, incident.uid())) {
      return;
    }
    h.execute(
        "INSERT INTO incident(log, id, seq, closed, severity, opened, updated, steps, title_zh,"
            + " title_en) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            + " ON CONFLICT(log, id) DO UPDATE SET seq = excluded.seq, closed = excluded.closed,"
            + " severity = excluded.severity, opened = excluded.opened,"
            + " updated = excluded.updated, steps = excluded.steps, title_zh = excluded.title_zh,"
            + " title_en = excluded.title_en"
            + " WHERE excluded.seq > incident.seq",
        log,
        incident.uid(),
        seq,
        incident.change() == Change.CLOSE ? 1 : 0,
        incident.severity().id(),
        incident.opened().toEpochMilli(),
        incident.last().at().toEpochMilli(),
        incident.steps().size() + incident.left(),
        CHINESE.title(incident),
        ENGLISH.title(incident));
  }

  /** A record that is about an incident without being its own. */
  static void putNote(Handle h, String log, long seq, String id) {
    if (isOwn(log, id)) {
      h.execute(
          "INSERT INTO incident_note(log, id, seq) VALUES (?, ?, ?)"
              + " ON CONFLICT(log, id, seq) DO NOTHING",
          log,
          id,
          seq);
    }
  }

  /** What an event says of an incident; empty when it is none of ours. */
  static Optional<IncidentChanged> told(String type, Json.Obj event) {
    if (!type.startsWith("incident.")) {
      return Optional.empty();
    }
    try {
      return Recall.incident(event);
    } catch (JsonException e) {
      return Optional.empty(); // of a newer agent, or of nobody's: found by time and type alone
    }
  }

  /** The incident that a record of the desk's notices names, or "". */
  static String noticed(String type, Json.Obj event) {
    return type.startsWith("notice.")
        ? event
            .find("unmapped")
            .filter(Json.Obj.class::isInstance)
            .map(more -> ((Json.Obj) more).text("incident", ""))
            .orElse("")
        : "";
  }
}
