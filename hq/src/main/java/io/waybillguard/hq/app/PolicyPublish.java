package io.waybillguard.hq.app;

import io.waybillguard.agent.config.PolicyFile;
import io.waybillguard.agent.event.HqAct;
import io.waybillguard.agent.policy.PolicyWords;
import io.waybillguard.agent.report.wire.Stage;
import io.waybillguard.hq.policies.Policies;
import io.waybillguard.hq.policies.PolicyRefused;
import io.waybillguard.hq.policies.PolicyStanding;
import io.waybillguard.hq.store.Database;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Has desks go by a policy: all, those of some outlets, or a percentage. */
@CommandLine.Command(name = "publish")
final class PolicyPublish implements Command {
  private final Call call;
  @Mixin private final Home home;

  @Parameters(paramLabel = "FILE", descriptionKey = "file")
  private Path file = Path.of("");

  @Option(names = "--outlet", paramLabel = "CODE")
  private List<String> outlets = List.of();

  @Option(names = "--percent", paramLabel = "N")
  private int percent = Stage.ALL;

  PolicyPublish(Call call) {
    this.call = call;
    this.home = call.home();
  }

  @Override
  public Exit run() throws Exception {
    PolicyText.Read read = PolicyText.file(file, call.words());
    Instant now = call.clock().instant();
    try (Database database = home.open()) {
      Policies policies =
          new Policies(database, home.segments(call, database), home.keys().commands());
      PolicyFile before = PolicyText.version(policies.newestVersion(), policies);
      Policies.Draft draft =
          policies.draft(
              read.file(),
              read.text(),
              new Policies.Scope(outlets, percent),
              "os:" + Reasons.account(),
              now);
      home.record(call, database, HqAct.Deed.COMMAND, draft.command().id(), draft.said());
      policies.publish(draft);
      say(draft, policies.find(draft.row().version()).orElseThrow(), before, read.file());
    } catch (PolicyRefused e) {
      throw PolicyText.complaint(e, percent);
    }
    return Exit.DONE;
  }

  private void say(
      Policies.Draft draft, PolicyStanding standing, PolicyFile before, PolicyFile after) {
    List<String> remarks = new PolicyWords(call.words().locale()).remarks(after);
    if (call.json()) {
      call.terminal()
          .json(
              standing
                  .json()
                  .put("id", draft.command().id())
                  .put("changes", PolicyText.json(call, before, after))
                  .put("remarks", remarks));
      return;
    }
    call.terminal().line(String.valueOf(draft.row().version()));
    call.terminal()
        .remark(call.words().say("policy.published", draft.row().version(), standing.meant()));
    PolicyText.changes(call, before, after);
    remarks.forEach(call.terminal()::remark);
  }
}
