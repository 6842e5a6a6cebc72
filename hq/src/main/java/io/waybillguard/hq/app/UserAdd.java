package io.waybillguard.hq.app;

import io.waybillguard.agent.event.HqAct;
import io.waybillguard.hq.store.Database;
import io.waybillguard.hq.store.Users;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Adds a console user, or sets one anew: password, role, and not disabled. The password comes on
 * standard input.
 */
@CommandLine.Command(name = "add")
final class UserAdd implements Command {
  private final Call call;

  @Parameters(paramLabel = "NAME", descriptionKey = "name")
  private String name = "";

  @Mixin private final Home home;

  @Option(names = "--role", paramLabel = "viewer|investigator|admin", required = true)
  private String role = "";

  UserAdd(Call call) {
    this.call = call;
    this.home = call.home();
  }

  @Override
  public Exit run() throws Exception {
    if (!name.matches("[\\p{L}\\p{N}._@-]{1,64}")) {
      throw new Complaint(Exit.USAGE, "user.name", name);
    }
    Users.Role given = UserRole.read(role);
    try (Database database = home.open()) {
      String hash = NewPassword.hashed(call);
      home.record(call, database, HqAct.Deed.USER_ADD, name, given.word());
      new Users(database).put(name, given, hash, call.clock().instant());
    }
    call.terminal().remark(call.words().say("user.done", name, given.word()));
    return Exit.DONE;
  }
}
