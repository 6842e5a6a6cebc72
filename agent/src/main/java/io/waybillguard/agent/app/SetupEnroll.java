package io.waybillguard.agent.app;

import io.waybillguard.agent.config.ConfigException;
import io.waybillguard.agent.platform.Registry;
import io.waybillguard.agent.report.Enrolment;
import java.io.IOException;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code setup enroll}: enrols with what the installer was told, in options or in its environment,
 * with what {@code enrol.env} says, or with what group policy does, once now; while HQ cannot be
 * reached, the running agent tries on.
 */
@Command(name = "enroll")
final class SetupEnroll implements Action {
  private final Call call;
  private final Registry registry;

  @Option(names = "--hq", paramLabel = "URL")
  private String hq = "";

  @Option(names = "--token", paramLabel = "T")
  private String token = "";

  @Option(names = "--ca-sha256", paramLabel = "HEX")
  private String caSha256 = "";

  SetupEnroll(Call call, Registry registry) {
    this.call = call;
    this.registry = registry;
  }

  @Override
  public boolean makesData() {
    return true;
  }

  @Override
  public Exit run() throws IOException, ConfigException, Refusal, InterruptedException {
    SetupLog.begin(call, "setup enroll");
    Optional<EnrolFile> told =
        said(hq, token, caSha256).or(() -> said(of("WG_HQ"), of("WG_TOKEN"), of("WG_CA_SHA256")));
    if (told.isEmpty()) {
      told = EnrolFile.read(call.home());
    }
    if (told.isEmpty()) {
      return unasked();
    }
    if (told.get().hq().isEmpty() || told.get().token().isEmpty()) {
      throw new Refusal(
          Exit.USAGE, "setup.half_told", call.home().shown(EnrolFile.place(call.home())));
    }
    return attempt(call, told.get());
  }

  /** Nothing was said of it at this desk. */
  private Exit unasked() throws IOException, ConfigException, Refusal, InterruptedException {
    Optional<Enrolment> before = Enrolment.load(call.home().data());
    if (before.isPresent()) {
      call.terminal().say("setup.stays_enrolled", before.get().hq(), before.get().outlet());
      return Exit.DONE;
    }
    RolloutPolicy policy = RolloutPolicy.read(registry);
    Optional<EnrolFile> there = policy.enrolment(call.environment());
    if (there.isPresent()) {
      return byPolicy(call, there.get());
    }
    if (policy.namesAFile()) {
      call.terminal().say("setup.policy_waits", policy.expanded(call.environment()));
    } else {
      call.terminal().say("setup.not_enrolled");
    }
    return Exit.DONE;
  }

  /** Every user of a PC sees the arguments of a program, but not its environment. */
  private String of(String variable) {
    return call.environment().getOrDefault(variable, "");
  }

  private static Optional<EnrolFile> said(String hq, String token, String caSha256) {
    return hq.isBlank() && token.isBlank()
        ? Optional.empty()
        : Optional.of(new EnrolFile(hq.strip(), token.strip(), caSha256.strip()));
  }

  /** One attempt with what an administrator's file says, which stays where it is. */
  static Exit byPolicy(Call call, EnrolFile told)
      throws IOException, ConfigException, Refusal, InterruptedException {
    if (told.hq().isEmpty() || told.token().isEmpty()) {
      throw new Refusal(Exit.USAGE, "setup.policy_half_told", RolloutPolicy.KEY);
    }
    try {
      return new Enroll(call, told).run();
    } catch (Refusal refusal) {
      if (refusal.exit() == Exit.UNAVAILABLE) {
        call.terminal().remark("setup.later");
      }
      throw refusal;
    }
  }

  /**
   * One attempt. What HQ refuses it will refuse again, so only an HQ that cannot be reached is a
   * reason to keep the token.
   */
  static Exit attempt(Call call, EnrolFile told)
      throws IOException, ConfigException, Refusal, InterruptedException {
    // Not there while it is used: the running agent looks for it, and a token works once.
    EnrolFile.destroy(call.home());
    try {
      return new Enroll(call, told).run();
    } catch (Refusal refusal) {
      if (refusal.exit() == Exit.UNAVAILABLE) {
        told.keep(call.home());
        call.terminal().remark("setup.later");
      }
      throw refusal;
    }
  }
}
