package io.waybillguard.agent.app;

import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code removal check}: whether the agent may be taken off this PC now. For installers, before
 * anything stops; a refusal is a record.
 */
@Command(name = "check")
final class RemovalCheck implements Action {
  private final Call call;

  @Option(names = "--code", paramLabel = "CODE")
  private String code = "";

  @Option(names = "--needed")
  private boolean needed;

  RemovalCheck(Call call) {
    this.call = call;
  }

  @Override
  public Exit run() throws IOException, Refusal {
    RemovalPermit permit = new RemovalPermit(call);
    if (needed) {
      boolean is = permit.isNeeded();
      call.terminal().say(is ? "removal.needed" : "removal.free");
      return is ? Exit.UNAVAILABLE : Exit.DONE;
    }
    String day = permit.ask(code);
    call.terminal().say(day.isEmpty() ? "removal.free" : "removal.granted", day);
    return Exit.DONE;
  }
}
