package io.waybillguard.hq.store;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;

/**
 * On which days workstations were watched, as the records they left say. Derived, and filled when
 * segments are read for searching; so a day counts once its records are here, and a workstation
 * that was off that day does not. Safe for use by several threads.
 */
public final class WatchedDays {
  /**
   * One day.
   *
   * @param day see {@link Days}
   * @param watched workstations that left records
   * @param blind of these, how many said that a sensor could not see
   * @param enrolled workstations that were enrolled by the end of the day
   */
  public record Day(long day, long watched, long blind, long enrolled) {}

  private final Database database;

  /** The days in a database. */
  public WatchedDays(Database database) {
    this.database = database;
  }

  /** Every day from one to another, both counted, also those without a workstation. */
  public List<Day> between(long first, long last) {
    SortedMap<Long, Day> days = new TreeMap<>();
    return database
        .jdbi()
        .withHandle(
            h -> {
              h.select(
                      "SELECT day, count(*) AS watched, sum(blind) AS blind FROM watched_day"
                          + " WHERE day >= ? AND day <= ? GROUP BY day",
                      first,
                      last)
                  .map(
                      (row, ctx) ->
                          days.put(
                              row.getLong("day"),
                              new Day(
                                  row.getLong("day"),
                                  row.getLong("watched"),
                                  row.getLong("blind"),
                                  0)))
                  .list();
              SortedMap<Long, Long> enrolled = enrolled(h, last);
              long all = enrolled.headMap(first).values().stream().mapToLong(n -> n).sum();
              for (long day = first; day <= last; day++) {
                all += enrolled.getOrDefault(day, 0L);
                Day seen = days.getOrDefault(day, new Day(day, 0, 0, 0));
                // A clock that was put back lets a workstation have watched before it enrolled.
                days.put(
                    day, new Day(day, seen.watched(), seen.blind(), Math.max(all, seen.watched())));
              }
              return List.copyOf(days.values());
            });
  }

  /** How many workstations enrolled on each day; a log that goes on as another counts as that. */
  private static SortedMap<Long, Long> enrolled(Handle h, long last) {
    SortedMap<Long, Long> enrolled = new TreeMap<>();
    h.select(
            "SELECT (enrolled + ?) / 86400000 AS day, count(*) AS desks FROM workstation"
                + " WHERE continues IS NULL AND enrolled < ? GROUP BY 1",
            Days.OFFSET_MILLIS,
            Days.begin(last + 1).toEpochMilli())
        .map((row, ctx) -> enrolled.merge(row.getLong("day"), row.getLong("desks"), Long::sum))
        .list();
    return enrolled;
  }

  /** Takes a day of a workstation. */
  static void put(Handle h, String log, long day, boolean blind) {
    h.execute(
        "INSERT INTO watched_day(day, log, blind) VALUES (?, ?, ?)"
            + " ON CONFLICT(day, log) DO UPDATE SET blind = excluded.blind"
            + " WHERE excluded.blind > watched_day.blind",
        day,
        log,
        blind ? 1 : 0);
  }
}
