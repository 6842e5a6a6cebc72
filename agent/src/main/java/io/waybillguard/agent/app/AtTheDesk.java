package io.waybillguard.agent.app;

import io.waybillguard.agent.desk.DeskCall;
import io.waybillguard.agent.desk.Saying;
import io.waybillguard.agent.event.Json;
import java.io.IOException;
import java.nio.file.Path;

/** Commands that say something to the running agent, and what it answers. */
final class AtTheDesk {
  private AtTheDesk() {}

  /**
   * Says it.
   *
   * @return the agent's answer, when it is a good one
   * @throws Refusal if no agent runs here, or it did not take what was said
   */
  static Json.Obj say(Call call, Saying said) throws Refusal {
    Path door = call.home().door();
    Json.Obj answer;
    try {
      answer = DeskCall.say(door, said);
    } catch (IOException e) {
      throw new Refusal(
          e, Exit.FAILED, "desk.nobody", call.home().shown(door), String.valueOf(e.getMessage()));
    }
    if (!answer.flag("ok", false)) {
      String why = answer.text("why", "");
      throw new Refusal(
          Exit.FAILED,
          why.equals("too_many") || why.equals("not_recorded") ? "desk." + why : "desk.refused",
          answer.text("detail", why));
    }
    return answer;
  }

  /**
   * A name as somebody wrote it, checked before it is said.
   *
   * @throws Refusal if it is no name
   */
  static <T extends Saying> T checked(String name, java.util.function.Function<String, T> makes)
      throws Refusal {
    try {
      return makes.apply(name.strip());
    } catch (IllegalArgumentException e) {
      throw new Refusal(e, Exit.USAGE, "desk.name", name, Saying.LONGEST);
    }
  }
}
