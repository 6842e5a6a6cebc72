package io.waybillguard.hq.store;

import io.waybillguard.agent.event.WaybillKey;
import io.waybillguard.agent.event.Waybills;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/**
 * Finds by which tags records are kept that name a waybill number. The number itself is in no
 * record and in no row; each log has a key of its own, so that a number has a tag for each. Safe
 * for several threads.
 */
public final class WaybillTags {
  /**
   * A waybill passes a handful of outlets. Of more tags than this those are left out that were not
   * seen for longest, so that what was found still fits into an address; that is said.
   */
  public static final int MOST = 60;

  /** As many as a statement may hold on every engine, and still few. */
  private static final int AT_ONCE = 500;

  private static final String IMAGE = ".jpg";

  private final Database database;
  private final WaybillKey company;
  private final Waybills forms;

  /**
   * What is known of a number that somebody asked for.
   *
   * @param masked the number as records show it
   * @param tags those of it that records have, of the logs that saw it last
   * @param logs how many logs these are of, at most {@link #MOST}
   * @param all how many logs have it
   */
  public record Asked(String masked, List<String> tags, long logs, long all) {
    public Asked {
      tags = List.copyOf(tags);
    }
  }

  /**
   * @param company the key that each log's key is derived from
   * @param forms what desks take for a waybill number
   */
  public WaybillTags(Database database, WaybillKey company, Waybills forms) {
    this.database = database;
    this.company = company;
    this.forms = forms;
  }

  /**
   * What is known of a number.
   *
   * @param typed as a person writes it; blanks and dashes do not count
   * @param from only of records from this moment on, by the desks' clocks
   * @param to only of records before this moment
   * @return empty when a desk would see no waybill number in it
   */
  public Optional<Asked> ask(String typed, Instant from, Instant to) {
    // As a desk sees it in the name of an image, where it takes the most for a number.
    String name = typed.replaceAll("[\\s\\p{Z}-]", "") + IMAGE;
    Set<String> numbers = forms.numbers(name);
    if (numbers.isEmpty()) {
      return Optional.empty();
    }
    String masked = forms.masked(name);
    List<Seen> seen = database.jdbi().withHandle(h -> seen(h, numbers, from, to));
    List<Seen> last = seen.subList(0, Math.min(MOST, seen.size()));
    return Optional.of(
        new Asked(
            masked.substring(0, masked.length() - IMAGE.length()),
            last.stream().map(Seen::tag).toList(),
            logs(last),
            logs(seen)));
  }

  /**
   * A tag that records of a log have.
   *
   * @param last ms since 1970 of the last of them
   */
  private record Seen(String tag, String log, long last) {}

  private static long logs(List<Seen> seen) {
    return seen.stream().map(Seen::log).distinct().count();
  }

  /** What records of that time have, that first which was seen last. */
  private List<Seen> seen(Handle h, Set<String> numbers, Instant from, Instant to) {
    List<String> logs =
        h.select("SELECT log FROM workstation ORDER BY log").mapTo(String.class).list();
    List<Seen> seen = new ArrayList<>();
    List<String> some = new ArrayList<>();
    for (String log : logs) {
      WaybillKey key = company.forLog(log);
      numbers.forEach(number -> some.add(key.tag(number)));
      if (some.size() >= AT_ONCE) {
        seen.addAll(seen(h, some, from, to));
        some.clear();
      }
    }
    seen.addAll(seen(h, some, from, to));
    seen.sort(Comparator.comparingLong(Seen::last).reversed().thenComparing(Seen::tag));
    return seen;
  }

  private static List<Seen> seen(Handle h, Collection<String> tags, Instant from, Instant to) {
    return tags.isEmpty()
        ? List.of()
        : h.createQuery(
                "SELECT value, log, max(wall) AS last FROM trait WHERE what = 'waybill'"
                    + " AND value IN (<tags>) AND wall >= :from AND wall < :to"
                    + " GROUP BY value, log")
            .bindList("tags", List.copyOf(tags))
            .bind("from", from.toEpochMilli())
            .bind("to", to.toEpochMilli())
            .map(
                (row, ctx) ->
                    new Seen(row.getString("value"), row.getString("log"), row.getLong("last")))
            .list();
  }
}
