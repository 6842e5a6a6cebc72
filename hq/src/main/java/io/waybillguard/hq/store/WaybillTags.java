package io.waybillguard.hq.store;

import io.waybillguard.agent.event.WaybillKey;
import io.waybillguard.agent.event.Waybills;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jdbi.v3.core.Handle;

/**
 * Finds by which tags records are kept that name a waybill number. The number itself is in no
 * record and in no row; each log has a key of its own, so that a number has a tag for each. Safe
 * for several threads.
 */
public final class WaybillTags {
  /**
   * A waybill passes a handful of outlets. More logs than this are not looked at, so that what was
   * found still fits into an address.
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
   * @param tags those of it that records have, at most {@link #MOST}
   */
  public record Asked(String masked, List<String> tags) {
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
   * @return empty when a desk would see no waybill number in it
   */
  public Optional<Asked> ask(String typed) {
    // As a desk sees it in the name of an image, where it takes the most for a number.
    String name = typed.replaceAll("[\\s\\p{Z}-]", "") + IMAGE;
    Set<String> numbers = forms.numbers(name);
    if (numbers.isEmpty()) {
      return Optional.empty();
    }
    String masked = forms.masked(name);
    return Optional.of(
        new Asked(
            masked.substring(0, masked.length() - IMAGE.length()),
            database.jdbi().withHandle(h -> known(h, numbers))));
  }

  private List<String> known(Handle h, Set<String> numbers) {
    List<String> logs =
        h.select("SELECT log FROM workstation ORDER BY log").mapTo(String.class).list();
    Set<String> known = new TreeSet<>();
    List<String> some = new ArrayList<>();
    for (String log : logs) {
      WaybillKey key = company.forLog(log);
      numbers.forEach(number -> some.add(key.tag(number)));
      if (some.size() >= AT_ONCE) {
        known.addAll(found(h, some));
        some.clear();
      }
    }
    known.addAll(found(h, some));
    return known.stream().limit(MOST).toList();
  }

  private static List<String> found(Handle h, Collection<String> tags) {
    return tags.isEmpty()
        ? List.of()
        : h.createQuery(
                "SELECT DISTINCT value FROM trait WHERE what = 'waybill' AND value IN (<tags>)")
            .bindList("tags", List.copyOf(tags))
            .mapTo(String.class)
            .list();
  }
}
