package io.waybillguard.hq.app;

import io.waybillguard.agent.event.HqAct;
import io.waybillguard.hq.policies.Policies;
import io.waybillguard.hq.policies.PolicyRefused;
import io.waybillguard.hq.policies.PolicyStanding;
import io.waybillguard.hq.store.Database;
import java.time.Instant;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Publishes an earlier version's document as a new version. */
@CommandLine.Command(name = "rollback")
final class PolicyRollback implements Command {
  private final Call call;
  @Mixin private final Home home;

  @Parameters(paramLabel = "VERSION", descriptionKey = "version")
  private long version;

  PolicyRollback(Call call) {
    this.call = call;
    this.home = call.home();
  }

  @Override
  public Exit run() throws Exception {
    Instant now = call.clock().instant();
    try (Database database = home.open()) {
      Policies policies =
          new Policies(database, home.segments(call, database), home.keys().commands());
      Policies.Draft draft = policies.rollback(version, "os:" + Reasons.account(), now);
      String said = draft.said() + " · again " + version;
      home.record(call, database, HqAct.Deed.COMMAND, draft.command().id(), said);
      policies.publish(draft);
      PolicyStanding standing = policies.find(draft.row().version()).orElseThrow();
      if (call.json()) {
        call.terminal().json(standing.json());
      } else {
        call.terminal().line(String.valueOf(draft.row().version()));
        call.terminal()
            .remark(
                call.words()
                    .say(
                        "policy.rolled_back",
                        String.valueOf(version),
                        String.valueOf(draft.row().version()),
                        standing.meant()));
      }
    } catch (PolicyRefused e) {
      throw PolicyText.complaint(e, version);
    }
    return Exit.DONE;
  }
}
