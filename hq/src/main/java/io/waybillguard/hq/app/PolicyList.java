package io.waybillguard.hq.app;

import io.waybillguard.agent.event.Json;
import io.waybillguard.hq.fleet.Times;
import io.waybillguard.hq.policies.Policies;
import io.waybillguard.hq.policies.PolicyStanding;
import io.waybillguard.hq.store.Database;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;

/** The versions, and how many desks go by each. */
@CommandLine.Command(name = "list")
final class PolicyList implements Command {
  private final Call call;
  @Mixin private final Home home;

  PolicyList(Call call) {
    this.call = call;
    this.home = call.home();
  }

  @Override
  public Exit run() throws Exception {
    try (Database database = home.open()) {
      List<PolicyStanding> all =
          new Policies(database, home.segments(call, database), home.keys().commands()).all();
      if (call.json()) {
        call.terminal()
            .json(Json.object().put("policies", all.stream().map(PolicyStanding::json).toList()));
        return Exit.DONE;
      }
      if (all.isEmpty()) {
        call.terminal().remark(call.words().say("policy.none"));
      }
      for (PolicyStanding each : all) {
        call.terminal()
            .line(
                call.words()
                    .say(
                        "policy.row",
                        String.valueOf(each.row().version()),
                        Times.rfc3339(each.row().at()),
                        String.join(",", each.row().outlets()),
                        each.row().percent(),
                        each.running(),
                        each.meant(),
                        each.behind().size(),
                        each.refused().size(),
                        each.row().title()));
      }
    }
    return Exit.DONE;
  }
}
