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

/** A second person approves what one alone may not command; HQ then erases its own copies too. */
@CommandLine.Command(name = "approve")
final class CommandApprove implements Command {
  private final Call call;
  @Mixin private final Home home;
  @Mixin private final Asking asking;

  @Parameters(paramLabel = "ID", descriptionKey = "id")
  private String id = "";

  CommandApprove(Call call) {
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
      approve(database, orders, by, now);
    }
    return Exit.DONE;
  }

  private void approve(Database database, Orders orders, String by, Instant now) throws Exception {
    try {
      Commands.Row row = orders.approvable(id, by, now);
      home.record(call, database, HqAct.Deed.APPROVE, by, id, row.type() + " · " + row.reason());
      orders
          .approve(row, by, now)
          .ifPresent(
              erased ->
                  call.terminal()
                      .remark(
                          call.words()
                              .say(
                                  "command.erased_here",
                                  erased.erased().size(),
                                  erased.held().size())));
      call.terminal().remark(call.words().say("command.given", id));
    } catch (OrderRefused refused) {
      throw Asking.refused(refused.reason(), id, by);
    }
  }
}
