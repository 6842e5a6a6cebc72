package io.waybillguard.hq.ingest;

import io.waybillguard.agent.report.wire.Refusal;
import io.waybillguard.hq.store.Workstation;

/** What a workstation hears that may report and nothing else. */
final class Restriction {
  private Restriction() {}

  static Rejected refused(Workstation who) {
    return Rejected.because(
        403,
        Refusal.RESTRICTED,
        "workstation "
            + who.log()
            + (who.forked().isPresent()
                ? " has signed two histories"
                : " was found on two machines")
            + "; until a person at HQ has looked it may only report");
  }
}
