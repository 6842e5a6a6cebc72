package io.waybillguard.agent.app;

import io.waybillguard.agent.desk.Saying;
import io.waybillguard.agent.event.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code operator sign-on NAME}: takes the desk over by name. */
@Command(name = "sign-on")
final class OperatorSignOn implements Action {
  private final Call call;

  @Parameters(paramLabel = "NAME", descriptionKey = "name")
  private String name = "";

  @Option(names = "--json")
  private boolean json;

  OperatorSignOn(Call call) {
    this.call = call;
  }

  @Override
  public Exit run() throws Refusal {
    Json.Obj answer = AtTheDesk.say(call, AtTheDesk.checked(name, Saying.SignOn::new));
    if (json) {
      call.terminal().json(answer);
    } else {
      call.terminal()
          .say(
              answer.flag("changed", false) ? "operator.on" : "operator.on.same",
              name,
              answer.text("operator", ""));
    }
    return Exit.DONE;
  }
}
