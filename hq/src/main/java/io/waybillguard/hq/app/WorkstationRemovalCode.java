package io.waybillguard.hq.app;

import io.waybillguard.agent.event.HqAct;
import io.waybillguard.agent.event.Json;
import io.waybillguard.hq.fleet.Times;
import io.waybillguard.hq.orders.RemovalCodes;
import io.waybillguard.hq.store.Database;
import io.waybillguard.hq.store.Workstation;
import java.time.Instant;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Gives the code without which a desk whose settings ask for one does not let the agent go. */
@CommandLine.Command(name = "removal-code")
final class WorkstationRemovalCode implements Command {
  private final Call call;

  @Parameters(paramLabel = "ID", descriptionKey = "id")
  private String id = "";

  @Mixin private final Home home;
  @Mixin private final Asking asking;

  @Option(names = "--reason", paramLabel = "TEXT", required = true)
  private String reason = "";

  WorkstationRemovalCode(Call call) {
    this.call = call;
    this.home = call.home();
    this.asking = new Asking(call);
  }

  @Override
  public Exit run() throws Exception {
    Reasons.check(reason);
    try (Database database = home.open()) {
      String by = asking.who(database);
      Workstation desk = Reasons.newest(database, id);
      Instant now = call.clock().instant();
      RemovalCodes.Code code = new RemovalCodes(home.keys().commands()).of(desk.origin(), now);
      // Before it is shown: a code that nobody can tell who gave is none.
      home.record(call, database, HqAct.Deed.REMOVAL_CODE, by, desk.log(), reason);
      if (call.json()) {
        call.terminal()
            .json(
                Json.object()
                    .put("workstation", desk.log())
                    .put("code", code.text())
                    .put("until", Times.rfc3339(code.until())));
      } else {
        call.terminal().line(code.text());
        call.terminal()
            .remark(
                call.words().say("removal_code.given", desk.log(), Times.rfc3339(code.until())));
      }
    }
    return Exit.DONE;
  }
}
