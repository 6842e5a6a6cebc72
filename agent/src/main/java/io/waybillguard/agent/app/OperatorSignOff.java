package io.waybillguard.agent.app;

import io.waybillguard.agent.desk.Saying;
import io.waybillguard.agent.event.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code operator sign-off [NAME]}: leaves the desk. */
@Command(name = "sign-off")
final class OperatorSignOff implements Action {
  private final Call call;

  @Parameters(paramLabel = "NAME", descriptionKey = "name", arity = "0..1")
  private String name = "";

  @Option(names = "--json")
  private boolean json;

  OperatorSignOff(Call call) {
    this.call = call;
  }

  @Override
  public Exit run() throws Refusal {
    Json.Obj answer = AtTheDesk.say(call, AtTheDesk.checked(name, Saying.SignOff::new));
    if (json) {
      call.terminal().json(answer);
    } else {
      call.terminal()
          .say(
              answer.flag("changed", false) ? "operator.off" : "operator.off.same",
              name,
              answer.text("operator", ""));
    }
    return Exit.DONE;
  }
}
