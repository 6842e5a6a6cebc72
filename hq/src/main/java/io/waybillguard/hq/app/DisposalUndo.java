package io.waybillguard.hq.app;

import io.waybillguard.agent.event.HqAct;
import io.waybillguard.agent.event.Json;
import io.waybillguard.hq.orders.Orders;
import io.waybillguard.hq.store.Commands;
import io.waybillguard.hq.store.Database;
import io.waybillguard.hq.store.Logs;
import io.waybillguard.hq.store.Workstation;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Has a disposal undone. It gives back what was taken, so one person is enough. */
@CommandLine.Command(name = "undo")
final class DisposalUndo implements Command {
  private final Call call;
  @Mixin private final Home home;
  @Mixin private final Asking asking;

  @Parameters(paramLabel = "ID", descriptionKey = "id")
  private String id = "";

  @Option(names = "--workstation", paramLabel = "ID", required = true)
  private String workstation = "";

  @Option(names = "--reason", paramLabel = "TEXT", required = true)
  private String reason = "";

  DisposalUndo(Call call) {
    this.call = call;
    this.home = call.home();
    this.asking = new Asking(call);
  }

  @Override
  public Exit run() throws Exception {
    if (!id.matches("[0-9a-f]{32}")) {
      throw new Complaint(Exit.USAGE, "disposal.id", id);
    }
    Given.checkReason(reason);
    try (Database database = home.open()) {
      String by = asking.who(database);
      Workstation desk =
          new Logs(database)
              .workstation(workstation)
              .orElseThrow(() -> new Complaint(Exit.USAGE, "workstation.unknown", workstation));
      Commands.Row row =
          Orders.signed(
              Orders.asked(
                  desk,
                  "undo",
                  Json.object().put("disposal", id),
                  by,
                  reason,
                  call.clock().instant()),
              home.keys().commands());
      home.record(
          call, database, HqAct.Deed.COMMAND, by, desk.log(), "undo · " + id + " · " + reason);
      new Commands(database).add(row);
      Given.say(call, row);
    }
    return Exit.DONE;
  }
}
