package io.waybillguard.hq.app;

import io.waybillguard.agent.event.HqAct;
import io.waybillguard.agent.report.wire.Stage;
import io.waybillguard.hq.policies.Policies;
import io.waybillguard.hq.policies.PolicyRefused;
import io.waybillguard.hq.policies.PolicyStanding;
import io.waybillguard.hq.store.Database;
import java.time.Instant;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A version for more desks; for the same percentage, it is told once more. */
@CommandLine.Command(name = "widen")
final class PolicyWiden implements Command {
  private final Call call;
  @Mixin private final Home home;

  @Parameters(paramLabel = "VERSION", descriptionKey = "version")
  private long version;

  @Option(names = "--percent", paramLabel = "N")
  private int percent = Stage.ALL;

  PolicyWiden(Call call) {
    this.call = call;
    this.home = call.home();
  }

  @Override
  public Exit run() throws Exception {
    Instant now = call.clock().instant();
    try (Database database = home.open()) {
      Policies policies =
          new Policies(database, home.segments(call, database), home.keys().commands());
      Policies.Draft draft = policies.widening(version, percent, "os:" + Reasons.account(), now);
      home.record(call, database, HqAct.Deed.COMMAND, draft.command().id(), draft.said());
      policies.widen(draft);
      PolicyStanding standing = policies.find(version).orElseThrow();
      if (call.json()) {
        call.terminal().json(standing.json());
      } else {
        call.terminal()
            .remark(
                call.words()
                    .say(
                        "policy.widened",
                        String.valueOf(version),
                        standing.row().percent(),
                        standing.meant()));
      }
    } catch (PolicyRefused e) {
      throw PolicyText.complaint(e, e.reason() == PolicyRefused.Reason.PERCENT ? percent : version);
    }
    return Exit.DONE;
  }
}
