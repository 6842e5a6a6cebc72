package io.waybillguard.hq.policies;

import io.waybillguard.agent.event.Json;
import io.waybillguard.hq.fleet.Times;
import io.waybillguard.hq.store.PolicyRows;
import io.waybillguard.hq.store.Workstation;
import java.util.List;

/**
 * How a version stands.
 *
 * @param row the version
 * @param running how many desks say that they go by it
 * @param meant how many are meant to: it is the newest that is for them
 * @param behind those of {@code meant} that do not yet, and said nothing against it
 * @param refused those of {@code meant} that said why not
 */
public record PolicyStanding(
    PolicyRows.Row row, int running, int meant, List<Workstation> behind, List<Against> refused) {
  public PolicyStanding {
    behind = List.copyOf(behind);
    refused = List.copyOf(refused);
  }

  /**
   * A desk that does not go by it, and says so.
   *
   * @param state {@code refused}, {@code failed}, {@code unsupported}, {@code expired} or {@code
   *     interrupted}
   * @param seq the record that says why
   * @param why in the desk's own words, or ""
   */
  public record Against(Workstation desk, String state, long seq, String why) {}

  /** How far it has got, in percent. */
  public int percent() {
    return meant == 0 ? 100 : 100 * (meant - behind.size() - refused.size()) / meant;
  }

  /** As {@code policy list --json} prints it. */
  public Json.Obj json() {
    return Json.object()
        .put("version", row.version())
        .put("sha256", row.sha256())
        .put("title", row.title())
        .put("outlets", row.outlets())
        .put("percent", row.percent())
        .put("by", row.by())
        .put("published", Times.rfc3339(row.at()))
        .put("again", row.again())
        .put("meant", meant)
        .put("running", running)
        .put("behind", behind.stream().map(Workstation::log).toList())
        .put(
            "refused",
            refused.stream()
                .map(
                    each ->
                        Json.object()
                            .put("workstation", each.desk().log())
                            .put("outlet", each.desk().outlet())
                            .put("state", each.state())
                            .put("record", each.seq())
                            .put("why", each.why()))
                .toList());
  }
}
