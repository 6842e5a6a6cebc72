package io.waybillguard.agent.app;

import io.waybillguard.agent.config.Config;
import io.waybillguard.agent.report.Enrolment;
import io.waybillguard.agent.report.HqProbe;
import java.io.IOException;
import picocli.CommandLine.Command;

/**
 * {@code update reach}: whether this version reaches HQ. For the installer, which asks the version
 * before when the new one is not heard: if that one is heard, the new one is to blame, and else the
 * network.
 */
@Command(name = "reach")
final class UpdateReach implements Action {
  private final Call call;

  UpdateReach(Call call) {
    this.call = call;
  }

  @Override
  public Exit run() throws IOException, Refusal {
    Enrolment hq =
        Enrolment.load(call.home().data())
            .orElseThrow(() -> new Refusal(Exit.UNAVAILABLE, "update.no_hq"));
    Config.Report usual = Config.DEFAULTS.report(); // whatever the settings say, they may be wrong
    HqProbe.Answer answer =
        HqProbe.ask(
            call.home().data(),
            Os.here().secrets(),
            hq,
            usual.connectTimeout(),
            usual.readTimeout());
    boolean heard = answer.welcome() == HqProbe.Welcome.TAKEN;
    call.terminal().say(heard ? "update.heard" : "update.not_heard", hq.hq(), answer.status());
    return heard ? Exit.DONE : Exit.FAILED;
  }
}
