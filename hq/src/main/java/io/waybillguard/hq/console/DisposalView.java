package io.waybillguard.hq.console;

import io.waybillguard.agent.event.Remedies;
import java.util.List;

/**
 * What an incident's page says of disposals.
 *
 * @param choices what could be done
 * @param given what was ordered about it, newest first
 * @param mayOrder whether who reads may ask for one
 */
public record DisposalView(
    List<Remedies.Remedy> choices, List<GivenCommand> given, boolean mayOrder) {
  public DisposalView {
    choices = List.copyOf(choices);
    given = List.copyOf(given);
  }

  /** Whether there is nothing to show. */
  public boolean isEmpty() {
    return given.isEmpty() && !(mayOrder && !choices.isEmpty());
  }
}
