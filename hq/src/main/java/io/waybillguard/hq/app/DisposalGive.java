package io.waybillguard.hq.app;

import io.waybillguard.agent.event.Disposal;
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

/**
 * Has something done about a thing on a workstation. It takes something away from somebody, so a
 * second person approves it, as with an erasure: {@code command approve}, or the console.
 */
@CommandLine.Command(name = "order")
final class DisposalGive implements Command {
  private final Call call;
  @Mixin private final Home home;
  @Mixin private final Asking asking;

  @Option(names = "--workstation", paramLabel = "ID", required = true)
  private String workstation = "";

  @Option(names = "--kind", paramLabel = "end_session|block|usb|quarantine", required = true)
  private String kind = "";

  @Option(names = "--session", paramLabel = "UID")
  private String session = "";

  @Option(names = "--address", paramLabel = "NET")
  private String address = "";

  @Option(names = "--port", paramLabel = "N", defaultValue = "0")
  private int port;

  @Option(names = "--program", paramLabel = "FILE")
  private String program = "";

  @Option(names = "--passport", paramLabel = "HEX")
  private String passport = "";

  @Option(names = "--path", paramLabel = "FILE")
  private String path = "";

  @Option(names = "--sha256", paramLabel = "HEX")
  private String sha256 = "";

  @Option(names = "--incident", paramLabel = "ID")
  private String incident = "";

  @Option(names = "--reason", paramLabel = "TEXT", required = true)
  private String reason = "";

  DisposalGive(Call call) {
    this.call = call;
    this.home = call.home();
    this.asking = new Asking(call);
  }

  @Override
  public Exit run() throws Exception {
    Json.Obj args = args();
    Given.checkReason(reason);
    try (Database database = home.open()) {
      String by = asking.who(database);
      Workstation desk =
          new Logs(database)
              .workstation(workstation)
              .orElseThrow(() -> new Complaint(Exit.USAGE, "workstation.unknown", workstation));
      Commands.Row row = Orders.asked(desk, "dispose", args, by, reason, call.clock().instant());
      String said = "dispose · " + kind + " · " + Disposal.of(args).target() + " · " + reason;
      home.record(call, database, HqAct.Deed.COMMAND, by, desk.log(), said);
      new Commands(database).add(row);
      Given.say(call, row);
    }
    return Exit.DONE;
  }

  /** Checked as the desk will check them, and in its one spelling. */
  private Json.Obj args() throws Complaint {
    Json.Obj written =
        Json.object()
            .put("kind", kind)
            .put("session", session)
            .put("address", address)
            .put("port", port)
            .putUnlessEmpty("program", program)
            .put("passport", passport)
            .put("path", path)
            .put("sha256", sha256);
    try {
      return Disposal.of(written).json().putUnlessEmpty("incident", incident);
    } catch (IllegalArgumentException e) {
      throw new Complaint(Exit.USAGE, "disposal.bad", String.valueOf(e.getMessage()));
    }
  }
}
