package io.waybillguard.hq.app;

import io.waybillguard.agent.event.Json;
import io.waybillguard.hq.fleet.Times;
import io.waybillguard.hq.store.Commands;
import io.waybillguard.hq.store.Database;
import io.waybillguard.hq.store.Logs;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What workstations were told to do, and what became of it. */
@CommandLine.Command(name = "list")
final class CommandList implements Command {
  private static final int MOST = 200;

  private final Call call;
  @Mixin private final Home home;

  @Option(names = "--workstation", paramLabel = "ID")
  private String workstation = "";

  CommandList(Call call) {
    this.call = call;
    this.home = call.home();
  }

  @Override
  public Exit run() throws Exception {
    try (Database database = home.open()) {
      Commands commands = new Commands(database);
      List<Commands.Row> rows = newest(database, workstation, MOST);
      if (call.json()) {
        List<Json.Obj> list = new ArrayList<>();
        for (Commands.Row row : rows) {
          list.add(json(row, commands.states(row.id())));
        }
        call.terminal().json(Json.object().put("commands", list));
      } else {
        for (Commands.Row row : rows) {
          print(row, commands.states(row.id()));
        }
      }
    }
    return Exit.DONE;
  }

  /**
   * The newest of one workstation, or of all.
   *
   * @param workstation its id, or ""
   */
  static List<Commands.Row> newest(Database database, String workstation, int most)
      throws Complaint {
    Commands commands = new Commands(database);
    return workstation.isEmpty()
        ? commands.newest(most)
        : commands.newestFor(
            new Logs(database)
                .workstation(workstation)
                .orElseThrow(() -> new Complaint(Exit.USAGE, "workstation.unknown", workstation)),
            most);
  }

  static Json.Obj json(Commands.Row row, List<Commands.State> states) {
    return Json.object()
        .put("id", row.id())
        .put("to", row.target())
        .put("type", row.type())
        .put("args", row.args())
        .put("asked_by", row.askedBy())
        .put("reason", row.reason())
        .put("asked", Times.rfc3339(row.asked()))
        .put("expires", Times.rfc3339(row.expires()))
        .putUnlessEmpty("approved_by", row.approvedBy())
        .putUnlessEmpty("cancelled_by", row.cancelledBy())
        .put("needs_approval", row.note().isEmpty())
        .put(
            "states",
            states.stream()
                .map(
                    s ->
                        Json.object()
                            .put("workstation", s.log())
                            .put("state", s.state())
                            .put("at", Times.rfc3339(s.at()))
                            .put("seq", s.seq())
                            .put("counts", s.counts()))
                .toList());
  }

  private void print(Commands.Row row, List<Commands.State> states) {
    print(call, row, states);
  }

  static void print(Call call, Commands.Row row, List<Commands.State> states) {
    call.terminal()
        .line(
            call.words()
                .say(
                    "command.row",
                    row.id().substring(0, 8),
                    Times.rfc3339(row.asked()),
                    row.type(),
                    row.target(),
                    row.askedBy(),
                    row.reason()));
    if (!row.cancelledBy().isEmpty()) {
      call.terminal().line("  " + call.words().say("command.state.stopped", row.cancelledBy()));
    } else if (row.note().isEmpty()) {
      call.terminal().line("  " + call.words().say("command.state.unapproved"));
    } else if (states.isEmpty()) {
      call.terminal().line("  " + call.words().say("command.state.waiting"));
    }
    for (Commands.State state : states) {
      call.terminal()
          .line(
              "  "
                  + call.words()
                      .say(
                          "command.state",
                          state.log(),
                          call.words().say("command.state." + state.state()),
                          state.counts().equals("{}") ? "" : state.counts()));
    }
  }
}
