package io.waybillguard.agent.app;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.platform.ServiceManager.Standing;
import io.waybillguard.agent.platform.ServiceManager.State;
import java.io.IOException;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code service status}: how the service stands, as its manager sees it. */
@Command(name = "status")
final class ServiceStatus implements Action {
  private final Call call;
  private final ServiceDesk service;

  @Option(names = "--json")
  private boolean json;

  ServiceStatus(Call call, ServiceDesk service) {
    this.call = call;
    this.service = service;
  }

  @Override
  public Exit run() throws IOException, Refusal {
    Standing standing = service.standing();
    if (json) {
      call.terminal()
          .json(
              Json.object()
                  .put("name", ServiceDesk.NAME)
                  .put("state", standing.state().name().toLowerCase(Locale.ROOT))
                  .put("pid", standing.pid())
                  .put("command", standing.command())
                  .put("exit_code", standing.exitCode()));
    } else {
      print(standing);
    }
    return standing.state() == State.RUNNING ? Exit.DONE : Exit.FAILED;
  }

  private void print(Standing standing) {
    call.terminal().say("service.line.state", ServiceDesk.NAME, service.word(standing.state()));
    if (standing.pid() != 0) {
      call.terminal().say("service.line.pid", Long.toString(standing.pid()));
    }
    if (!standing.command().isEmpty()) {
      call.terminal().say("service.line.command", standing.command());
    }
    if (standing.state() == State.STOPPED) {
      call.terminal().say("service.line.exit", Long.toString(standing.exitCode()));
    }
  }
}
