package io.waybillguard.agent.app;

import io.waybillguard.agent.config.ConfigException;
import io.waybillguard.agent.event.AgentInstalled;
import io.waybillguard.agent.platform.ServiceManager.State;
import java.io.IOException;
import picocli.CommandLine.Command;

/**
 * {@code setup remove}: ends the service, writes the removal as the last sealed record, and removes
 * the service. Evidence, keys and settings stay.
 */
@Command(name = "remove")
final class SetupRemove implements Action {
  private final Call call;
  private final ServiceDesk service;

  SetupRemove(Call call, ServiceDesk service) {
    this.call = call;
    this.service = service;
  }

  @Override
  public boolean makesData() {
    return true;
  }

  @Override
  public Exit run() throws IOException, ConfigException, Refusal, InterruptedException {
    SetupLog.begin(call, "setup remove");
    service.end();
    new InstallRecord(call).write(AgentInstalled.Act.REMOVED, "");
    if (service.standing().state() != State.ABSENT) {
      new ServiceUninstall(call, service).run();
    }
    return Exit.DONE;
  }
}
