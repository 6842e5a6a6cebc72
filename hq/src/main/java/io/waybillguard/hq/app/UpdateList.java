package io.waybillguard.hq.app;

import io.waybillguard.agent.event.Json;
import io.waybillguard.hq.orders.Update;
import io.waybillguard.hq.store.Commands;
import io.waybillguard.hq.store.Database;
import io.waybillguard.hq.store.Packages;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;

/** The packages that are here, the updates that were asked for, and how far each desk is. */
@CommandLine.Command(name = "list")
final class UpdateList implements Command {
  private static final int MOST = 200;

  private final Call call;
  @Mixin private final Home home;

  UpdateList(Call call) {
    this.call = call;
    this.home = call.home();
  }

  @Override
  public Exit run() throws Exception {
    try (Database database = home.open()) {
      Commands commands = new Commands(database);
      List<Packages.Kept> packages = new Packages(home.data()).all();
      List<Commands.Row> rows =
          commands.newest(MOST).stream().filter(r -> r.type().equals(Update.TYPE)).toList();
      if (call.json()) {
        List<Json.Obj> orders = new ArrayList<>();
        for (Commands.Row row : rows) {
          orders.add(CommandList.json(row, commands.states(row.id())));
        }
        call.terminal()
            .json(
                Json.object()
                    .put("packages", packages.stream().map(UpdateList::json).toList())
                    .put("commands", orders));
      } else {
        for (Packages.Kept each : packages) {
          call.terminal()
              .line(
                  call.words()
                      .say(
                          "update.row",
                          each.release().version(),
                          each.release().platform(),
                          each.release().size(),
                          each.release().sha256()));
        }
        for (Commands.Row row : rows) {
          CommandList.print(call, row, commands.states(row.id()));
        }
      }
    }
    return Exit.DONE;
  }

  private static Json.Obj json(Packages.Kept each) {
    return Json.object()
        .put("version", each.release().version())
        .put("platform", each.release().platform())
        .put("size", each.release().size())
        .put("sha256", each.release().sha256());
  }
}
