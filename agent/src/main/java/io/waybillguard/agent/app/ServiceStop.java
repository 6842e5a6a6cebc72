package io.waybillguard.agent.app;

import io.waybillguard.agent.platform.ServiceManager.State;
import java.io.IOException;
import picocli.CommandLine.Command;

/** {@code service stop}: stops the service and waits until it has ended. */
@Command(name = "stop")
final class ServiceStop implements Action {
  private final Call call;
  private final ServiceDesk service;

  ServiceStop(Call call, ServiceDesk service) {
    this.call = call;
    this.service = service;
  }

  @Override
  public Exit run() throws IOException, Refusal, InterruptedException {
    State before = service.installed().state();
    service.ask(
        manager -> {
          manager.stop(ServiceDesk.NAME);
          return before;
        });
    service.await(State.STOPPED, "service.to.stop");
    call.terminal().say("service.stopped", ServiceDesk.NAME);
    return Exit.DONE;
  }
}
