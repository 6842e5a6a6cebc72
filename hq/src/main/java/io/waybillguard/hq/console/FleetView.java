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
 * Of all workstations those that the address asks for.
 *
 * @param rows by outlet and name
 * @param all how many there are without the filters
 * @param counts how many there are in each state, without the filters
 * @param query what is searched for, or ""
 * @param state word of the only state that is shown, or ""
 */
public record FleetView(
    List<Fleet.Standing> rows, int all, Map<State, Integer> counts, String query, String state) {

  static FleetView of(List<Fleet.Standing> fleet, String query, String state) {
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
    return new FleetView(List.copyOf(rows), fleet.size(), counts, query.strip(), state);
  }

  private static String names(Fleet.Standing standing) {
    return (standing.row().workstation().outlet()
            + "\n"
            + standing.row().workstation().name()
            + "\n"
            + standing.row().workstation().log())
        .toLowerCase(Locale.ROOT);
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

  /** How many are in a state. */
  public int in(State state) {
    return counts.getOrDefault(state, 0);
  }
}
