package io.waybillguard.hq.app;

import io.waybillguard.agent.event.HqAct;
import io.waybillguard.hq.store.Clearances;
import io.waybillguard.hq.store.Database;
import io.waybillguard.hq.store.Generations;
import io.waybillguard.hq.store.Workstation;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Says that a person has looked at a workstation's alarms, and lifts what they restricted. */
@CommandLine.Command(name = "clear")
final class WorkstationClear implements Command {
  private final Call call;

  @Parameters(paramLabel = "ID", descriptionKey = "id")
  private String id = "";

  @Mixin private final Home home;

  @Option(names = "--reason", paramLabel = "TEXT", required = true)
  private String reason = "";

  WorkstationClear(Call call) {
    this.call = call;
    this.home = call.home();
  }

  @Override
  public Exit run() throws Exception {
    Reasons.check(reason);
    try (Database database = home.open()) {
      Workstation newest = Reasons.newest(database, id);
      home.record(call, database, HqAct.Deed.CLEAR, newest.log(), reason);
      int cleared =
          new Clearances(database)
              .clear(
                  new Generations(database).line(id),
                  Reasons.account(),
                  reason,
                  call.clock().instant());
      call.terminal().remark(call.words().say("clear.done", newest.log(), cleared));
    }
    return Exit.DONE;
  }
}
