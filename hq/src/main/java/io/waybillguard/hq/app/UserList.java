package io.waybillguard.hq.app;

import io.waybillguard.agent.event.Json;
import io.waybillguard.hq.fleet.Times;
import io.waybillguard.hq.store.Database;
import io.waybillguard.hq.store.Users;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;

/** Lists the console users. */
@CommandLine.Command(name = "list")
final class UserList implements Command {
  private final Call call;

  @Mixin private final Home home;

  UserList(Call call) {
    this.call = call;
    this.home = call.home();
  }

  @Override
  public Exit run() throws Exception {
    List<Users.User> all;
    try (Database database = home.open()) {
      all = new Users(database).all();
    }
    if (call.json()) {
      call.terminal().json(Json.object().put("users", all.stream().map(UserList::json).toList()));
      return Exit.DONE;
    }
    Words words = call.words();
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of(
            words.say("column.user"),
            words.say("column.role"),
            words.say("column.made"),
            words.say("column.disabled")));
    for (Users.User user : all) {
      rows.add(
          List.of(
              user.name(),
              user.role().word(),
              Times.rfc3339(user.made()),
              user.disabled().map(Times::rfc3339).orElse("-")));
    }
    call.terminal().table(rows);
    return Exit.DONE;
  }

  private static Json.Obj json(Users.User user) {
    Json.Obj json =
        Json.object()
            .put("name", user.name())
            .put("role", user.role().word())
            .put("made", Times.rfc3339(user.made()));
    user.disabled().ifPresent(since -> json.put("disabled", Times.rfc3339(since)));
    return json;
  }
}
