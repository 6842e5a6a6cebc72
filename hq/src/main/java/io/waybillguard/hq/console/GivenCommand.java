package io.waybillguard.hq.console;

import io.waybillguard.hq.store.Commands;
import java.util.Optional;

/**
 * A command as the page of a workstation shows it.
 *
 * @param given what was commanded
 * @param state what this workstation's log says of it; absent while it says nothing
 */
public record GivenCommand(Commands.Row given, Optional<Commands.State> state) {

  /** The key of the words for where it stands. */
  public String standing() {
    return "command.state."
        + (given.note().isEmpty()
            ? "unapproved"
            : state.map(Commands.State::state).orElse("waiting"));
  }

  /** Which records it is about, as people count them; "" when it is about none. */
  public String records() {
    return Commands.span(given.args())
        .map(s -> s.from() + (s.size() > 1 ? "–" + (s.to() - 1) : ""))
        .orElse("");
  }
}
