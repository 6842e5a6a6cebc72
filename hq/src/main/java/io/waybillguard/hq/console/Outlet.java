package io.waybillguard.hq.console;

import io.waybillguard.hq.fleet.Fleet;
import io.waybillguard.hq.fleet.State;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The workstations of one outlet, counted.
 *
 * @param live heard of, and seeing everything
 * @param unseen silent or dark
 * @param blind with a sensor that cannot see
 * @param alarming whose log was rolled back, forked or cloned, or whose certificate was revoked
 * @param open incidents that are open
 */
public record Outlet(
    String code, long all, long live, long unseen, long blind, long alarming, long open) {

  /** Every outlet: those that need somebody first, then by code. */
  static List<Outlet> of(List<Fleet.Standing> fleet, Map<String, Long> open) {
    Map<String, List<Fleet.Standing>> byCode = new TreeMap<>();
    for (Fleet.Standing each : fleet) {
      if (each.state() != State.ENDED) {
        byCode
            .computeIfAbsent(each.row().workstation().outlet(), code -> new ArrayList<>())
            .add(each);
      }
    }
    List<Outlet> outlets = new ArrayList<>();
    byCode.forEach((code, desks) -> outlets.add(count(code, desks, open.getOrDefault(code, 0L))));
    outlets.sort(Comparator.comparing(Outlet::needsNobody).thenComparing(Outlet::code));
    return List.copyOf(outlets);
  }

  private static Outlet count(String code, List<Fleet.Standing> desks, long open) {
    long blind = desks.stream().filter(d -> !d.row().blind().isEmpty()).count();
    long live =
        desks.stream().filter(d -> d.state() == State.LIVE && d.row().blind().isEmpty()).count();
    long unseen =
        desks.stream().filter(d -> d.state() == State.SILENT || d.state() == State.DARK).count();
    long alarming = desks.stream().filter(d -> d.state().compareTo(State.ENDED) > 0).count();
    return new Outlet(code, desks.size(), live, unseen, blind, alarming, open);
  }

  private boolean needsNobody() {
    return unseen == 0 && blind == 0 && alarming == 0 && open == 0;
  }
}
