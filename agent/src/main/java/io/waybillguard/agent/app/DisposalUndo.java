package io.waybillguard.agent.app;

import io.waybillguard.agent.desk.DeskCall;
import io.waybillguard.agent.desk.Saying;
import io.waybillguard.agent.event.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code disposal undo ID}: puts back what was done about a thing, for this PC's administrator. */
@Command(name = "undo")
final class DisposalUndo implements Action {
  private final Call call;

  @Parameters(paramLabel = "ID", descriptionKey = "id")
  private String id = "";

  @Option(names = "--json")
  private boolean json;

  DisposalUndo(Call call) {
    this.call = call;
  }

  @Override
  public Exit run() throws Refusal {
    Path file = Undoing.file(call.home().data());
    String key;
    try {
      key = Files.readString(file).strip();
    } catch (IOException e) {
      throw new Refusal(e, Exit.UNAVAILABLE, "disposal.no_key", call.home().shown(file));
    }
    Json.Obj answer = say(key);
    String outcome = answer.text("outcome", "");
    if (!answer.flag("ok", false)) {
      throw new Refusal(
          Exit.FAILED, "disposal.not_undone", id, answer.text("detail", answer.text("why", "")));
    }
    if (json) {
      call.terminal().json(answer);
    } else if (outcome.equals("done")) {
      call.terminal().say("disposal.undone", id);
    } else {
      throw new Refusal(
          Exit.FAILED, "disposal.not_undone", id, outcome + ": " + answer.text("detail", ""));
    }
    return outcome.equals("done") ? Exit.DONE : Exit.FAILED;
  }

  private Json.Obj say(String key) throws Refusal {
    Path door = call.home().door();
    try {
      return DeskCall.say(door, new Saying.Undo(id, key));
    } catch (IllegalArgumentException e) {
      throw new Refusal(e, Exit.USAGE, "disposal.id", id);
    } catch (IOException e) {
      throw new Refusal(
          e, Exit.FAILED, "desk.nobody", call.home().shown(door), String.valueOf(e.getMessage()));
    }
  }
}
