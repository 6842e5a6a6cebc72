package io.waybillguard.hq.app;

import io.waybillguard.agent.event.HqAct;
import io.waybillguard.hq.store.Database;
import io.waybillguard.hq.sweeps.Sweeps;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Ends the schedule of a regular sweep; what is published goes on. */
@CommandLine.Command(name = "stop")
final class SweepStop implements Command {
  private final Call call;
  @Mixin private final Home home;

  @Parameters(paramLabel = "ID", descriptionKey = "id")
  private String id = "";

  SweepStop(Call call) {
    this.call = call;
    this.home = call.home();
  }

  @Override
  public Exit run() throws Exception {
    try (Database database = home.open()) {
      Sweeps sweeps = new Sweeps(database, home.keys().commands());
      if (sweeps.find(id, call.clock().instant()).isEmpty()) {
        throw new Complaint(Exit.USAGE, "sweep.unknown", id);
      }
      home.record(call, database, HqAct.Deed.CANCEL, id, "hunt · schedule");
      call.terminal()
          .remark(call.words().say(sweeps.stop(id) ? "sweep.stopped" : "sweep.no_schedule", id));
    }
    return Exit.DONE;
  }
}
