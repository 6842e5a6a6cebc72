package io.waybillguard.agent.app;

import io.waybillguard.agent.platform.ServiceManager.Standing;
import io.waybillguard.agent.platform.ServiceManager.State;
import java.io.IOException;
import picocli.CommandLine.Command;

/** {@code service start}: starts the service and waits until it runs. */
@Command(name = "start")
final class ServiceStart implements Action {
  private final Call call;
  private final ServiceDesk service;

  ServiceStart(Call call, ServiceDesk service) {
    this.call = call;
    this.service = service;
  }

  @Override
  public Exit run() throws IOException, Refusal, InterruptedException {
    Standing before = service.installed();
    service.ask(
        manager -> {
          manager.start(ServiceDesk.NAME);
          return before;
        });
    Standing running = service.await(State.RUNNING, "service.to.start");
    call.terminal().say("service.started", ServiceDesk.NAME, Long.toString(running.pid()));
    return Exit.DONE;
  }
}
