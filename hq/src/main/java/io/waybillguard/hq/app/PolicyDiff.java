package io.waybillguard.hq.app;

import io.waybillguard.agent.config.PolicyFile;
import io.waybillguard.agent.event.Json;
import io.waybillguard.hq.policies.Policies;
import io.waybillguard.hq.store.Database;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** In which things two policies differ, in plain words. */
@CommandLine.Command(name = "diff")
final class PolicyDiff implements Command {
  private final Call call;
  @Mixin private final Home home;

  @Parameters(paramLabel = "FROM", descriptionKey = "from")
  private String from = "";

  @Parameters(paramLabel = "TO", descriptionKey = "to")
  private String to = "";

  PolicyDiff(Call call) {
    this.call = call;
    this.home = call.home();
  }

  @Override
  public Exit run() throws Exception {
    try (Database database = home.open()) {
      Policies policies =
          new Policies(database, home.segments(call, database), home.keys().commands());
      PolicyFile before = PolicyText.any(from, policies, call.words());
      PolicyFile after = PolicyText.any(to, policies, call.words());
      if (call.json()) {
        call.terminal().json(Json.object().put("changes", PolicyText.json(call, before, after)));
      } else {
        PolicyText.changes(call, before, after);
      }
    }
    return Exit.DONE;
  }
}
