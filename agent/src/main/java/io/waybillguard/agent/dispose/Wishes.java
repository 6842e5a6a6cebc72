package io.waybillguard.agent.dispose;

import io.waybillguard.agent.event.Disposal;
import io.waybillguard.agent.event.Disposal.Kind;
import io.waybillguard.agent.event.DisposalOrder;
import io.waybillguard.agent.event.DisposalOrder.By;
import io.waybillguard.agent.event.IncidentChanged;
import io.waybillguard.agent.event.Remedies;
import io.waybillguard.agent.event.Severity;
import io.waybillguard.agent.evidence.Hash;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** What this desk's settings want done about an incident: pure, and the same each time. */
final class Wishes {
  private static final int ID_DIGITS = 32;

  private Wishes() {}

  /**
   * What is wanted. An order's id follows from the incident and what is done, so that nothing is
   * done twice for one incident, also when it was undone.
   *
   * @param kinds what may be done without being told
   */
  static List<DisposalOrder> about(IncidentChanged incident, Set<Kind> kinds) {
    List<DisposalOrder> wanted = new ArrayList<>();
    if (incident.severity() != Severity.CRITICAL
        || incident.change() == IncidentChanged.Change.CLOSE) {
      return wanted;
    }
    for (Remedies.Remedy each : Remedies.of(incident)) {
      Disposal what = each.what();
      if (kinds.contains(what.kind())) {
        String id = id(incident.uid(), what);
        wanted.add(new DisposalOrder(id, id, what, false, By.POLICY, "", incident.uid()));
      }
    }
    return wanted;
  }

  private static String id(String incident, Disposal what) {
    return Hash.sha256((incident + '\n' + what.json()).getBytes(StandardCharsets.UTF_8))
        .hex()
        .substring(0, ID_DIGITS);
  }
}
