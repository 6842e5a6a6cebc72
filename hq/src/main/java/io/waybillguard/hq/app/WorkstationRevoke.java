package io.waybillguard.hq.app;

import io.waybillguard.agent.event.HqAct;
import io.waybillguard.hq.store.Database;
import io.waybillguard.hq.store.Revocations;
import io.waybillguard.hq.store.Workstation;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Takes a workstation's certificate away. It goes on logging; it reports again once enrolled. */
@CommandLine.Command(name = "revoke")
final class WorkstationRevoke implements Command {
  private final Call call;

  @Parameters(paramLabel = "ID", descriptionKey = "id")
  private String id = "";

  @Mixin private final Home home;

  @Option(names = "--reason", paramLabel = "TEXT", required = true)
  private String reason = "";

  WorkstationRevoke(Call call) {
    this.call = call;
    this.home = call.home();
  }

  @Override
  public Exit run() throws Exception {
    Reasons.check(reason);
    try (Database database = home.open()) {
      Workstation newest = Reasons.newest(database, id);
      home.record(call, database, HqAct.Deed.REVOKE, newest.log(), reason);
      boolean taken =
          new Revocations(database)
              .revoke(newest, Reasons.account(), reason, call.clock().instant());
      call.terminal()
          .remark(call.words().say(taken ? "revoke.done" : "revoke.before", newest.log()));
    }
    return Exit.DONE;
  }
}
