package io.waybillguard.hq.app;

import io.waybillguard.agent.event.HqAct;
import io.waybillguard.hq.store.Database;
import io.waybillguard.hq.store.Users;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Keeps a console user out. The name stays, since records name it; user add lets it in again. */
@CommandLine.Command(name = "disable")
final class UserDisable implements Command {
  private final Call call;

  @Parameters(paramLabel = "NAME", descriptionKey = "name")
  private String name = "";

  @Mixin private final Home home;

  UserDisable(Call call) {
    this.call = call;
    this.home = call.home();
  }

  @Override
  public Exit run() throws Exception {
    try (Database database = home.open()) {
      home.record(call, database, HqAct.Deed.USER_DISABLE, name, "");
      UserRole.check(new Users(database).disable(name, call.clock().instant()), name);
    }
    call.terminal().remark(call.words().say("user.disabled", name));
    return Exit.DONE;
  }
}
