package io.waybillguard.hq.console;

import io.waybillguard.agent.event.Disposal;
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

  /** What a choice is about, as people call it; "" where only the thing itself says it. */
  public static String name(Reader reader, Remedies.Remedy choice) {
    return choice.what() instanceof Disposal.BlockAddress
        ? reader.summary().destination(choice.name())
        : choice.name();
  }

  /** Whether there is nothing to show. */
  public boolean isEmpty() {
    return given.isEmpty() && !(mayOrder && !choices.isEmpty());
  }
}
