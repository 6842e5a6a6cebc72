package io.waybillguard.hq.app;

import io.waybillguard.agent.event.Json;
import io.waybillguard.hq.fleet.Fleet;
import io.waybillguard.hq.fleet.Times;
import io.waybillguard.hq.store.Database;
import io.waybillguard.hq.store.FleetRows;
import io.waybillguard.hq.trust.HqKeys;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;

/** Lists the workstations and how each stands. */
@CommandLine.Command(name = "workstations")
final class Workstations implements Command {
  private final Call call;

  @Mixin private final Home home;

  Workstations(Call call) {
    this.call = call;
    this.home = call.home();
  }

  @Override
  public Exit run() throws Exception {
    try (Database database = home.open()) {
      List<Fleet.Standing> all = new Fleet(database, call.clock()).all();
      if (call.json()) {
        List<Json.Obj> list = all.stream().map(Workstations::json).toList();
        HqKeys keys = home.keys();
        call.terminal()
            .json(
                Json.object()
                    .put("workstations", list)
                    .put("witness_vkey", keys.witness().verifier().toString())
                    .put("mirror_vkey", keys.mirror().verifier().toString()));
      } else if (all.isEmpty()) {
        call.terminal().remark(call.words().say("workstations.none"));
      } else {
        table(all);
      }
    }
    return Exit.DONE;
  }

  private static Json.Obj json(Fleet.Standing standing) {
    FleetRows.Row row = standing.row();
    Json.Obj json =
        Json.object()
            .put("id", row.workstation().log())
            .put("outlet", row.workstation().outlet())
            .put("hostname", row.workstation().hostname())
            .put("state", standing.state().word())
            .put("last_seen", Times.rfc3339(row.workstation().lastSeen()))
            .put("size", row.size())
            .put("pinned_size", row.pinned())
            .put("witnessed_size", row.witnessed())
            .put("root", row.root())
            .put("blind", row.blind())
            .put("version", row.workstation().version())
            .put("first_vkey", row.firstKey());
    row.workstation().continues().ifPresent(id -> json.put("continues", id));
    row.workstation().continuedBy().ifPresent(id -> json.put("continued_by", id));
    row.workstation().lastReport().ifPresent(t -> json.put("last_report", Times.rfc3339(t)));
    return json;
  }

  private void table(List<Fleet.Standing> all) {
    Words words = call.words();
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of(
            words.say("column.id"),
            words.say("column.outlet"),
            words.say("column.state"),
            words.say("column.last_report"),
            words.say("column.size"),
            words.say("column.witnessed"),
            words.say("column.blind")));
    for (Fleet.Standing standing : all) {
      FleetRows.Row row = standing.row();
      rows.add(
          List.of(
              row.workstation().log(),
              row.workstation().outlet(),
              words.say("state." + standing.state().word()),
              row.workstation().lastReport().map(Times::rfc3339).orElse("-"),
              String.valueOf(row.size()),
              String.valueOf(row.witnessed()),
              row.blind().isEmpty() ? "-" : String.join(",", row.blind())));
    }
    call.terminal().table(rows);
  }
}
