package io.waybillguard.hq.app;

import io.waybillguard.agent.event.HqAct;
import io.waybillguard.hq.store.Database;
import io.waybillguard.hq.store.Users;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Gives a console user another password, which comes on standard input. */
@CommandLine.Command(name = "password")
final class UserPassword implements Command {
  private final Call call;

  @Parameters(paramLabel = "NAME", descriptionKey = "name")
  private String name = "";

  @Mixin private final Home home;

  UserPassword(Call call) {
    this.call = call;
    this.home = call.home();
  }

  @Override
  public Exit run() throws Exception {
    try (Database database = home.open()) {
      String hash = NewPassword.hashed(call);
      home.record(call, database, HqAct.Deed.USER_PASSWORD, name, "");
      UserRole.check(new Users(database).setPassword(name, hash), name);
    }
    call.terminal().remark(call.words().say("user.password_set", name));
    return Exit.DONE;
  }
}
