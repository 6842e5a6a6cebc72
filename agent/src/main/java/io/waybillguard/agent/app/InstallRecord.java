package io.waybillguard.agent.app;

import io.waybillguard.agent.config.Config;
import io.waybillguard.agent.config.ConfigException;
import io.waybillguard.agent.config.ConfigFile;
import io.waybillguard.agent.event.AgentInstalled;
import io.waybillguard.agent.event.Desk;
import io.waybillguard.agent.evidence.EvidenceLog;
import io.waybillguard.agent.evidence.LogRefusedException;
import io.waybillguard.agent.report.Enrolment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.UUID;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code install-record}: what an installer did to this PC, as a sealed record. For installers: run
 * by the version that is there afterwards (before, when it is taken away), while no agent runs.
 */
@Command(name = "install-record")
final class InstallRecord implements Action {
  private final Call call;

  @Parameters(paramLabel = "ACT", arity = "1")
  private AgentInstalled.Act act = AgentInstalled.Act.INSTALLED;

  @Option(names = "--from", paramLabel = "VERSION")
  private String from = "";

  InstallRecord(Call call) {
    this.call = call;
  }

  @Override
  public boolean makesData() {
    return true;
  }

  @Override
  public Exit run() throws IOException, ConfigException, Refusal {
    write(act, from, act == AgentInstalled.Act.REMOVED ? new RemovalPermit(call).ask("") : "");
    return Exit.DONE;
  }

  /** A step that takes no code of HQ's. */
  void write(AgentInstalled.Act act, String from) throws IOException, ConfigException, Refusal {
    write(act, from, "");
  }

  /**
   * Writes it.
   *
   * @param act what was done; an installation over an earlier one's log becomes {@code reinstalled}
   * @param from the version before, or ""
   * @param code of a removal, the day of HQ's code, or why there was none
   */
  void write(AgentInstalled.Act act, String from, String code)
      throws IOException, ConfigException, Refusal {
    if (!from.matches("[0-9A-Za-z.+~:-]{0,64}")) {
      throw new Refusal(Exit.USAGE, "install.bad_version", from);
    }
    Path data = call.home().data();
    Config config = settings();
    try (DataLock lock =
            DataLock.take(data)
                .orElseThrow(
                    () -> new Refusal(Exit.UNAVAILABLE, "install.agent_runs", data.toString()));
        EvidenceLog log = EvidenceLog.open(data, Agent.logSettings(config), around(data))) {
      AgentInstalled record = record(act, from, code, log.durableSize() > 0);
      log.append(record);
      log.commit();
      log.seal();
      call.terminal().say("install.recorded." + record.act().word(), record.from(), record.to());
    } catch (LogRefusedException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private static AgentInstalled record(
      AgentInstalled.Act act, String from, String code, boolean logWasThere) {
    Instant now = InstantSource.system().instant();
    String here = Version.current();
    return switch (act) {
      case INSTALLED, REINSTALLED ->
          new AgentInstalled(
              now,
              here,
              logWasThere ? AgentInstalled.Act.REINSTALLED : AgentInstalled.Act.INSTALLED,
              from,
              here);
      case UPGRADED, ROLLED_BACK -> new AgentInstalled(now, here, act, from, here);
      case REMOVED -> new AgentInstalled(now, here, act, here, "", code);
      case REMOVAL_REFUSED -> new AgentInstalled(now, here, act, here, here, code);
    };
  }

  private Config settings() throws IOException, ConfigException {
    Path file = call.home().configFile();
    return (Files.exists(file)
            ? ConfigFile.read(file, call.home().shown(file))
            : ConfigFile.defaults())
        .config();
  }

  private static EvidenceLog.Surroundings around(Path data) throws IOException {
    Machine machine = Machines.thisOne();
    String outlet = Enrolment.load(data).map(Enrolment::outlet).orElse("");
    String boot = UUID.randomUUID().toString();
    return new EvidenceLog.Surroundings(
        InstantSource.system(),
        new Ticker(),
        boot,
        id ->
            new Desk(
                id,
                outlet,
                machine.hostname(),
                machine.os(),
                boot,
                ZoneId.systemDefault(),
                Version.current()),
        Os.here().secrets());
  }
}
