package io.waybillguard.hq.console;

import io.waybillguard.hq.store.Commands;
import io.waybillguard.hq.store.Workstation;
import java.time.Instant;
import java.util.Optional;

/**
 * What one workstation says of a command.
 *
 * @param desk a workstation that the command is for
 * @param said the newest that its log says; absent while HQ holds nothing of it
 */
public record DeskAnswer(Workstation desk, Optional<Commands.State> said) {

  /** Where it stands, in words. */
  public String standing(Reader reader) {
    return GivenCommand.said(reader, said.map(Commands.State::state).orElse("waiting"));
  }

  /** When HQ took that. */
  Optional<Instant> at() {
    return said.map(Commands.State::at);
  }

  /** The record that says it, as a page's address; "" where there is none. */
  public String record() {
    return said.map(s -> "/workstations/" + desk.log() + "/records/" + s.seq()).orElse("");
  }
}
