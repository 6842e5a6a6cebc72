package io.waybillguard.hq.app;

import io.waybillguard.agent.event.HqAct;
import io.waybillguard.hq.orders.OrderRefused;
import io.waybillguard.hq.orders.Orders;
import io.waybillguard.hq.store.Commands;
import io.waybillguard.hq.store.Database;
import java.time.Instant;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Takes back a command: no workstation is told of it from then on. */
@CommandLine.Command(name = "cancel")
final class CommandCancel implements Command {
  private final Call call;
  @Mixin private final Home home;
  @Mixin private final Asking asking;

  @Parameters(paramLabel = "ID", descriptionKey = "id")
  private String id = "";

  CommandCancel(Call call) {
    this.call = call;
    this.home = call.home();
    this.asking = new Asking(call);
  }

  @Override
  public Exit run() throws Exception {
    try (Database database = home.open()) {
      String by = asking.who(database);
      Orders orders = new Orders(database, home.contents(call, database), home.keys().commands());
      Instant now = call.clock().instant();
      Commands.Row row = orders.cancellable(id, now);
      home.record(call, database, HqAct.Deed.CANCEL, by, id, row.type() + " · " + row.reason());
      orders.cancel(id, by, now);
      call.terminal().remark(call.words().say("command.cancelled", id));
    } catch (OrderRefused refused) {
      throw Asking.refused(refused.reason(), id, "");
    }
    return Exit.DONE;
  }
}
