package io.waybillguard.agent.app;

import io.waybillguard.agent.platform.ServiceManager.State;
import java.io.IOException;
import picocli.CommandLine.Command;

/** {@code service uninstall}: stops and removes the service; what it wrote stays. */
@Command(name = "uninstall")
final class ServiceUninstall implements Action {
  private final Call call;
  private final ServiceDesk service;

  ServiceUninstall(Call call, ServiceDesk service) {
    this.call = call;
    this.service = service;
  }

  @Override
  public Exit run() throws IOException, Refusal, InterruptedException {
    State state = service.installed().state();
    if (state != State.STOPPED) {
      service.ask(
          manager -> {
            manager.stop(ServiceDesk.NAME);
            return state;
          });
      service.await(State.STOPPED, "service.to.stop");
    }
    service.ask(
        manager -> {
          manager.uninstall(ServiceDesk.NAME);
          return state;
        });
    service.await(State.ABSENT, "service.to.go");
    call.terminal()
        .say("service.uninstalled", ServiceDesk.NAME, call.home().data().toAbsolutePath());
    return Exit.DONE;
  }
}
