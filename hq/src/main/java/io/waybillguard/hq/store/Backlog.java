package io.waybillguard.hq.store;

import java.util.Map;
import java.util.TreeMap;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How much there is to do, and whether it can be done. Safe for use by several threads. */
public final class Backlog {
  private static final Logger LOG = LoggerFactory.getLogger(Backlog.class);

  private final Database database;

  /** What waits in a database. */
  public Backlog(Database database) {
    this.database = database;
  }

  /** Whether the database answers. */
  public boolean isReachable() {
    try {
      return database.jdbi().withHandle(h -> h.select("SELECT 1").mapTo(Integer.class).one()) == 1;
    } catch (JdbiException e) {
      LOG.warn("the database does not answer", e);
      return false;
    }
  }

  /** Segments that were not read for searching yet. */
  public long unreadSegments() {
    return database
        .jdbi()
        .withHandle(
            h ->
                h.select("SELECT count(*) FROM segment WHERE indexed = 0").mapTo(Long.class).one());
  }

  /** Pulls, by state. */
  public Map<String, Long> pulls() {
    Map<String, Long> pulls = new TreeMap<>();
    database
        .jdbi()
        .useHandle(
            h ->
                h.select("SELECT state, count(*) AS pulls FROM pull GROUP BY state")
                    .map((row, ctx) -> pulls.put(row.getString("state"), row.getLong("pulls")))
                    .list());
    return pulls;
  }
}
