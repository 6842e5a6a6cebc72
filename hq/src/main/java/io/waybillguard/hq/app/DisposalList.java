package io.waybillguard.hq.app;

import io.waybillguard.agent.event.Json;
import io.waybillguard.hq.store.Commands;
import io.waybillguard.hq.store.Database;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What was ordered about things on workstations, and what became of it. */
@CommandLine.Command(name = "list")
final class DisposalList implements Command {
  private static final int MOST = 1000;
  private static final Set<String> TYPES = Set.of("dispose", "undo");

  private final Call call;
  @Mixin private final Home home;

  @Option(names = "--workstation", paramLabel = "ID")
  private String workstation = "";

  DisposalList(Call call) {
    this.call = call;
    this.home = call.home();
  }

  @Override
  public Exit run() throws Exception {
    try (Database database = home.open()) {
      Commands commands = new Commands(database);
      List<Commands.Row> rows = CommandList.newest(database, workstation, MOST);
      List<Json.Obj> list = new ArrayList<>();
      for (Commands.Row row : rows) {
        if (!TYPES.contains(row.type())) {
          continue;
        }
        if (call.json()) {
          list.add(CommandList.json(row, commands.states(row.id())));
        } else {
          CommandList.print(call, row, commands.states(row.id()));
        }
      }
      if (call.json()) {
        call.terminal().json(Json.object().put("disposals", list));
      }
    }
    return Exit.DONE;
  }
}
