package io.waybillguard.hq.app;

import io.waybillguard.agent.policy.PolicyWords;
import io.waybillguard.hq.policies.Policies;
import io.waybillguard.hq.policies.PolicyStanding;
import io.waybillguard.hq.store.Database;
import io.waybillguard.hq.store.Workstation;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** One version: what it means, and which desks do not go by it. */
@CommandLine.Command(name = "show")
final class PolicyShow implements Command {
  private final Call call;
  @Mixin private final Home home;

  @Parameters(paramLabel = "VERSION", descriptionKey = "version")
  private long version;

  PolicyShow(Call call) {
    this.call = call;
    this.home = call.home();
  }

  @Override
  public Exit run() throws Exception {
    try (Database database = home.open()) {
      Policies policies =
          new Policies(database, home.segments(call, database), home.keys().commands());
      Optional<PolicyStanding> found = policies.find(version);
      if (found.isEmpty()) {
        throw new Complaint(Exit.USAGE, "policy.refused.unknown", String.valueOf(version));
      }
      PolicyStanding standing = found.get();
      List<String> means =
          new PolicyWords(call.words().locale()).meaning(PolicyText.version(version, policies));
      if (call.json()) {
        call.terminal()
            .json(standing.json().put("means", means).put("source", standing.row().source()));
        return Exit.DONE;
      }
      call.terminal()
          .line(
              call.words()
                  .say(
                      "policy.stands",
                      String.valueOf(version),
                      standing.row().title(),
                      standing.running(),
                      standing.meant()));
      means.forEach(each -> call.terminal().line("- " + each));
      for (Workstation desk : standing.behind()) {
        call.terminal().line(call.words().say("policy.behind", desk.outlet(), desk.name()));
      }
      for (PolicyStanding.Against each : standing.refused()) {
        call.terminal()
            .line(
                call.words()
                    .say("policy.against", each.desk().outlet(), each.desk().name(), each.why()));
      }
    }
    return Exit.DONE;
  }
}
