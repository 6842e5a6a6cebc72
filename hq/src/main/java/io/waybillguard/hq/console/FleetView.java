package io.waybillguard.hq.console;

import io.waybillguard.hq.fleet.Fleet;
import io.waybillguard.hq.fleet.State;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The table of workstations as its address asks for it.
 *
 * @param rows in the order asked for
 * @param all how many there are without the filters
 * @param counts how many there are in each state, without the filters
 * @param query what is searched for, or ""
 * @param state word of the only state that is shown, or ""
 * @param sort what it is sorted by
 * @param page which page of the rows is shown, from 1
 */
public record FleetView(
    List<Fleet.Standing> rows,
    int all,
    Map<State, Integer> counts,
    String query,
    String state,
    String sort,
    int page) {
  private static final int A_PAGE = 100;

  static FleetView of(
      List<Fleet.Standing> fleet, String query, String state, String sort, String page) {
    Map<State, Integer> counts = new EnumMap<>(State.class);
    for (State each : State.values()) {
      counts.put(each, 0);
    }
    fleet.forEach(s -> counts.merge(s.state(), 1, Integer::sum));
    String wanted = query.strip().toLowerCase(Locale.ROOT);
    List<Fleet.Standing> rows = new ArrayList<>();
    for (Fleet.Standing standing : fleet) {
      if ((state.isEmpty() || standing.state().word().equals(state))
          && (wanted.isEmpty() || names(standing).contains(wanted))) {
        rows.add(standing);
      }
    }
    rows.sort(order(sort));
    int pages = Math.max(1, (rows.size() + A_PAGE - 1) / A_PAGE);
    return new FleetView(
        List.copyOf(rows),
        fleet.size(),
        counts,
        query.strip(),
        state,
        sort,
        Math.min(Pager.page(page), pages));
  }

  private static String names(Fleet.Standing standing) {
    return (standing.row().workstation().outlet()
            + "\n"
            + standing.row().workstation().name()
            + "\n"
            + standing.row().workstation().log())
        .toLowerCase(Locale.ROOT);
  }

  /** The fleet comes by outlet and name; other orders keep that within equals. */
  private static Comparator<Fleet.Standing> order(String sort) {
    return switch (sort) {
      case "state" -> Comparator.comparing(Fleet.Standing::state).reversed();
      case "seen" ->
          Comparator.comparing((Fleet.Standing s) -> s.row().workstation().lastSeen()).reversed();
      case "records" -> Comparator.comparingLong((Fleet.Standing s) -> s.row().size()).reversed();
      default -> Comparator.comparing((Fleet.Standing s) -> s.row().workstation().outlet());
    };
  }

  /**
   * Workstations that somebody should look at, worst first. Of one that has several logs, the
   * newest stands for all.
   */
  static List<Fleet.Standing> needing(List<Fleet.Standing> fleet) {
    return fleet.stream()
        .filter(s -> s.row().workstation().continuedBy().isEmpty())
        .filter(s -> s.state() != State.LIVE || !s.row().blind().isEmpty())
        .sorted(Comparator.comparing(Fleet.Standing::state).reversed())
        .toList();
  }

  /** The rows of the page that is shown. */
  public List<Fleet.Standing> shown() {
    return rows.subList(
        Math.min(rows.size(), (page - 1) * A_PAGE), Math.min(rows.size(), page * A_PAGE));
  }

  /** The pages around this one. */
  public Pager pager() {
    return new Pager(page, A_PAGE, rows.size());
  }

  /** What the address says besides the page. */
  public String asked() {
    return "q="
        + ActsPage.encoded(query)
        + "&state="
        + ActsPage.encoded(state)
        + "&sort="
        + ActsPage.encoded(sort);
  }

  /** How many are in a state. */
  public int in(State state) {
    return counts.getOrDefault(state, 0);
  }
}
