package io.waybillguard.hq.app;

import io.waybillguard.agent.event.HqAct;
import io.waybillguard.agent.event.Json;
import io.waybillguard.hq.fleet.Times;
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
  private static final int MOST_REASON = 200;

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
    checkReason(reason);
    try (Database database = home.open()) {
      String by = asking.who(database);
      Workstation desk =
          new Logs(database)
              .workstation(workstation)
              .orElseThrow(() -> new Complaint(Exit.USAGE, "workstation.unknown", workstation));
      Commands.Row row =
          Orders.signed(
              Orders.disposal(
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
      say(call, row);
    }
    return Exit.DONE;
  }

  static void checkReason(String reason) throws Complaint {
    if (reason.isBlank() || reason.length() > MOST_REASON) {
      throw new Complaint(Exit.USAGE, "command.reason", MOST_REASON, reason.length());
    }
  }

  static void say(Call call, Commands.Row row) {
    boolean waits = row.note().isEmpty();
    if (call.json()) {
      call.terminal()
          .json(
              Json.object()
                  .put("id", row.id())
                  .put("needs_approval", waits)
                  .put("expires", Times.rfc3339(row.expires())));
    } else {
      call.terminal().line(row.id());
      call.terminal().remark(call.words().say(waits ? "command.waits" : "command.given", row.id()));
    }
  }
}
