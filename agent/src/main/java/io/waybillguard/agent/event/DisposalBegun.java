package io.waybillguard.agent.event;

import java.time.Instant;

/**
 * Something is about to be done about a thing on this PC, or undone. In the log before anything is
 * done: where no {@link DisposalEnded} follows, the agent ended in between.
 *
 * @param order what, and by whose word
 */
public record DisposalBegun(Instant at, DisposalOrder order) implements Note {
  @Override
  public String type() {
    return "disposal.begin";
  }

  /** It names paths, accounts and addresses, and HQ must see what was done in its name. */
  @Override
  public BodyClass bodyClass() {
    return BodyClass.CRITICAL;
  }

  @Override
  public Json.Obj leaf() {
    return order.leaf();
  }

  @Override
  public Ocsf ocsf() {
    return order.ocsf(Severity.INFORMATIONAL, at);
  }
}
