package io.waybillguard.hq.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/**
 * How far each feed to another engine has come, which process sends, and the order in which feeds
 * take segments. Safe for use by several threads and processes.
 */
public final class FeedRows {
  /** Key of the setting that holds the last number that was given. */
  private static final String LAST = "last_arrival";

  /**
   * A place in the order of arrival: all segments before one, and of that one the records below a
   * seq.
   *
   * @param arrival number of the segment; its records are taken from {@code seq} on
   * @param seq 0 for all of it
   */
  public record Place(long arrival, long seq) {}

  /**
   * A segment that waits.
   *
   * @param wanted whether it holds records of the kind that was asked for
   */
  public record Waiting(
      long arrival,
      String log,
      String outlet,
      long first,
      long next,
      String file,
      String sha256,
      Instant received,
      boolean wanted) {}

  /**
   * One feed as it stands.
   *
   * @param target where it goes, for people
   * @param records {@code all} or {@code incidents}
   * @param place up to where it has come
   * @param sent records that the receiver has taken since the feed was made
   * @param refused records that the receiver will never take, or that HQ cannot read any more
   * @param lastSent when something was taken last
   * @param problem why the last try failed; "" when it did not
   * @param failed when a try failed last, though it may have gone on since
   * @param trouble what kind of failure that was, as it was written down, or ""
   * @param failure the same, as the receiver or HQ said it, or ""
   * @param waiting segments that it has not been through yet
   * @param oldest when the first of those came in
   */
  public record Row(
      String name,
      String kind,
      String target,
      String records,
      Place place,
      long sent,
      long refused,
      Optional<Instant> lastSent,
      String problem,
      Optional<Instant> problemAt,
      Optional<Instant> failed,
      String trouble,
      String failure,
      long waiting,
      Optional<Instant> oldest) {
    /** How far it is behind: the age of what has waited longest. */
    public Duration lag(Instant now) {
      Duration age = oldest.map(o -> Duration.between(o, now)).orElse(Duration.ZERO);
      return age.isNegative() ? Duration.ZERO : age;
    }
  }

  private final Database database;

  /** The feeds of a database. */
  public FeedRows(Database database) {
    this.database = database;
  }

  // -- the order of arrival ----------------------------------------------------------------------

  /**
   * Gives numbers to segments that have none. Only what is committed is seen, and one process at a
   * time gives them, so no number is ever given behind one that a feed has passed.
   *
   * @param most at most so many
   * @return how many got one
   */
  public int order(int most) {
    if (unordered(1).isEmpty()) {
      return 0;
    }
    return database
        .jdbi()
        .inTransaction(
            h -> {
              long last = lastArrival(h, database.engine().keepingRow());
              List<Long> ids = unordered(h, most);
              PreparedBatch batch = h.prepareBatch("UPDATE segment SET arrival = ? WHERE id = ?");
              for (long id : ids) {
                last++;
                batch.add(last, id);
              }
              if (!ids.isEmpty()) {
                batch.execute();
                h.execute("UPDATE setting SET v = ? WHERE k = ?", String.valueOf(last), LAST);
              }
              return ids.size();
            });
  }

  private List<Long> unordered(int most) {
    return database.jdbi().withHandle(h -> unordered(h, most));
  }

  private static List<Long> unordered(Handle h, int most) {
    return h.select("SELECT id FROM segment WHERE arrival IS NULL ORDER BY id LIMIT ?", most)
        .mapTo(Long.class)
        .list();
  }

  private static long lastArrival(Handle h, String keeping) {
    return Long.parseLong(
        h.select("SELECT v FROM setting WHERE k = ?" + keeping, LAST).mapTo(String.class).one());
  }

  /**
   * Segments from a place on, in the order of arrival.
   *
   * @param types what the types of wanted records begin with; "" for all
   */
  public List<Waiting> from(Place place, String types, int most) {
    return database
        .jdbi()
        .withHandle(
            h ->
                h.createQuery(
                        "SELECT s.*, w.outlet, CASE WHEN :types = '' OR EXISTS (SELECT 1 FROM"
                            + " record r WHERE r.log = s.log AND r.seq >= s.first"
                            + " AND r.seq < s.next AND r.type LIKE :types || '%') THEN 1 ELSE 0"
                            + " END AS wanted FROM segment s JOIN workstation w ON w.log = s.log"
                            + " WHERE s.arrival >= :arrival ORDER BY s.arrival LIMIT :most")
                    .bind("types", types)
                    .bind("arrival", place.arrival())
                    .bind("most", most)
                    .map((row, ctx) -> waiting(row))
                    .list());
  }

  private static Waiting waiting(ResultSet row) throws SQLException {
    return new Waiting(
        row.getLong("arrival"),
        row.getString("log"),
        row.getString("outlet"),
        row.getLong("first"),
        row.getLong("next"),
        row.getString("file"),
        row.getString("sha256"),
        Instant.ofEpochMilli(row.getLong("received")),
        row.getLong("wanted") != 0);
  }

  // -- feeds -------------------------------------------------------------------------------------

  /**
   * Makes a feed known, or what it is now; how far it has come stays.
   *
   * @param fromBeginning whether a feed that is new begins with the oldest segment, or with the
   *     first that comes in from now on
   */
  public void declare(
      String name, String kind, String target, String records, boolean fromBeginning) {
    database
        .jdbi()
        .useTransaction(
            h -> {
              long last = lastArrival(h, database.engine().keepingRow());
              h.execute(
                  "INSERT INTO feed(name, kind, target, records, arrival, seq, holder, held_until,"
                      + " sent, refused, problem) VALUES (?, ?, ?, ?, ?, 0, '', 0, 0, 0, '')"
                      + " ON CONFLICT(name) DO UPDATE SET kind = excluded.kind,"
                      + " target = excluded.target, records = excluded.records",
                  name,
                  kind,
                  target,
                  records,
                  fromBeginning ? 0 : last + 1);
            });
  }

  /** Lets the next process send at once: those that held these feeds have ended. */
  public void freeAll() {
    database.jdbi().useHandle(h -> h.execute("UPDATE feed SET holder = '', held_until = 0"));
  }

  /** Up to where a feed has come; empty when there is none of this name. */
  public Optional<Place> place(String name) {
    return database.jdbi().withHandle(h -> place(h, name));
  }

  private static Optional<Place> place(Handle h, String name) {
    return h.select("SELECT arrival, seq FROM feed WHERE name = ?", name)
        .map((row, ctx) -> new Place(row.getLong("arrival"), row.getLong("seq")))
        .findOne();
  }

  /**
   * Takes a feed, or keeps it, so that no other process sends meanwhile.
   *
   * @param holder a word of this process's own
   * @return where to go on; empty while another holds it
   */
  public Optional<Place> hold(String name, String holder, Instant now, Instant until) {
    return database
        .jdbi()
        .inTransaction(
            h ->
                h.execute(
                            "UPDATE feed SET holder = ?, held_until = ?"
                                + " WHERE name = ? AND (holder = ? OR held_until <= ?)",
                            holder,
                            until.toEpochMilli(),
                            name,
                            holder,
                            now.toEpochMilli())
                        == 1
                    ? place(h, name)
                    : Optional.empty());
  }

  /** Lets another process send. */
  public void letGo(String name, String holder) {
    database
        .jdbi()
        .useHandle(
            h ->
                h.execute(
                    "UPDATE feed SET holder = '', held_until = 0 WHERE name = ? AND holder = ?",
                    name,
                    holder));
  }

  /**
   * Moves a feed on, after the receiver has taken what lies before the place.
   *
   * @param sent records that it has taken
   * @param refused records that it will never take
   * @return false if another process holds the feed by now; it then sends them once more
   */
  public boolean moveOn(
      String name, String holder, Place to, long sent, long refused, Instant now) {
    return database
        .jdbi()
        .withHandle(
            h ->
                h.execute(
                        "UPDATE feed SET arrival = ?, seq = ?, sent = sent + ?,"
                            + " refused = refused + ?, problem = '', problem_at = NULL,"
                            + " last_sent = CASE WHEN ? > 0 THEN ? ELSE last_sent END"
                            + " WHERE name = ? AND holder = ?",
                        to.arrival(),
                        to.seq(),
                        sent,
                        refused,
                        sent,
                        now.toEpochMilli(),
                        name,
                        holder)
                    == 1);
  }

  /**
   * Writes down why a feed does not go on.
   *
   * @param trouble what kind of failure it is
   */
  public void failed(String name, String holder, String trouble, String problem, Instant now) {
    database
        .jdbi()
        .useHandle(
            h ->
                h.execute(
                    "UPDATE feed SET problem = ?, problem_at = coalesce(problem_at, ?),"
                        + " failure = ?, trouble = ?, failed = ? WHERE name = ? AND holder = ?",
                    problem,
                    now.toEpochMilli(),
                    problem,
                    trouble,
                    now.toEpochMilli(),
                    name,
                    holder));
  }

  /**
   * Forgets a feed and how far it had come.
   *
   * @return false if there is none of this name
   */
  public boolean forget(String name) {
    return database.jdbi().withHandle(h -> h.execute("DELETE FROM feed WHERE name = ?", name) == 1);
  }

  /** Every feed that was ever declared and not forgotten, by name. */
  public List<Row> all() {
    return database
        .jdbi()
        .withHandle(
            h -> {
              long last = lastArrival(h, "");
              long unordered =
                  h.select("SELECT count(*) FROM segment WHERE arrival IS NULL")
                      .mapTo(Long.class)
                      .one();
              return h.select(
                      "SELECT f.*, coalesce((SELECT s.received FROM segment s"
                          + " WHERE s.arrival >= f.arrival ORDER BY s.arrival LIMIT 1),"
                          + " (SELECT s.received FROM segment s WHERE s.arrival IS NULL"
                          + " ORDER BY s.id LIMIT 1)) AS oldest FROM feed f ORDER BY f.name")
                  .map((row, ctx) -> row(row, last, unordered))
                  .list();
            });
  }

  private static Row row(ResultSet row, long last, long unordered) throws SQLException {
    Place place = new Place(row.getLong("arrival"), row.getLong("seq"));
    return new Row(
        row.getString("name"),
        row.getString("kind"),
        row.getString("target"),
        row.getString("records"),
        place,
        row.getLong("sent"),
        row.getLong("refused"),
        moment(row, "last_sent"),
        row.getString("problem"),
        moment(row, "problem_at"),
        moment(row, "failed"),
        row.getString("trouble"),
        row.getString("failure"),
        Math.max(0, last - Math.max(0, place.arrival() - 1)) + unordered,
        moment(row, "oldest"));
  }

  private static Optional<Instant> moment(ResultSet row, String column) throws SQLException {
    long millis = row.getLong(column);
    return row.wasNull() ? Optional.empty() : Optional.of(Instant.ofEpochMilli(millis));
  }
}
