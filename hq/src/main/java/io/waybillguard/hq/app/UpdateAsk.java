package io.waybillguard.hq.app;

import io.waybillguard.agent.event.HqAct;
import io.waybillguard.agent.report.wire.Stage;
import io.waybillguard.hq.orders.OrderRefused;
import io.waybillguard.hq.orders.Orders;
import io.waybillguard.hq.orders.Update;
import io.waybillguard.hq.store.Commands;
import io.waybillguard.hq.store.Database;
import io.waybillguard.hq.store.Packages;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Asks for desks to be brought to a version: all, some, or a percentage. Another admin approves.
 */
@CommandLine.Command(name = "ask")
final class UpdateAsk implements Command {
  private final Call call;
  @Mixin private final Home home;
  @Mixin private final Asking asking;

  @Parameters(paramLabel = "VERSION", descriptionKey = "version")
  private String version = "";

  @Option(names = "--workstation", paramLabel = "ID")
  private String workstation = "";

  @Option(names = "--outlet", paramLabel = "CODE")
  private List<String> outlets = List.of();

  @Option(names = "--percent", paramLabel = "N")
  private int percent = Stage.ALL;

  @Option(names = "--minutes", paramLabel = "N", defaultValue = "5")
  private int minutes;

  @Option(names = "--reason", paramLabel = "TEXT", required = true)
  private String reason = "";

  UpdateAsk(Call call) {
    this.call = call;
    this.home = call.home();
    this.asking = new Asking(call);
  }

  @Override
  public Exit run() throws Exception {
    Given.checkReason(reason);
    if (percent < 1 || percent > Stage.ALL || minutes < 1 || minutes > Update.MOST_MINUTES) {
      throw new Complaint(Exit.USAGE, "update.numbers", percent, minutes, Update.MOST_MINUTES);
    }
    if (!workstation.isEmpty() && (!outlets.isEmpty() || percent != Stage.ALL)) {
      throw new Complaint(Exit.USAGE, "update.one_or_many");
    }
    try (Database database = home.open()) {
      String by = asking.who(database);
      List<Packages.Kept> packages = new Packages(home.data()).of(version);
      if (packages.isEmpty()) {
        throw new Complaint(Exit.USAGE, "update.no_version", version);
      }
      Optional<String> one =
          workstation.isEmpty()
              ? Optional.empty()
              : Optional.of(Reasons.newest(database, workstation).origin());
      Orders orders = new Orders(database, home.contents(call, database), home.keys().commands());
      Update update = new Update(version, packages, one, outlets, percent, minutes);
      Commands.Row row = orders.update(update, by, reason, call.clock().instant());
      home.record(call, database, HqAct.Deed.COMMAND, by, row.id(), update.said(reason));
      orders.ask(row);
      Given.say(call, row);
    } catch (OrderRefused refused) {
      throw new Complaint(refused, Exit.UNAVAILABLE, "update.not_admin");
    }
    return Exit.DONE;
  }
}
