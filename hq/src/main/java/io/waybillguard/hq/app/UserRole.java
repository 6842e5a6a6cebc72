package io.waybillguard.hq.app;

import io.waybillguard.agent.event.HqAct;
import io.waybillguard.hq.store.Database;
import io.waybillguard.hq.store.Users;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Gives a console user another role. */
@CommandLine.Command(name = "role")
final class UserRole implements Command {
  private final Call call;

  @Parameters(index = "0", paramLabel = "NAME", descriptionKey = "name")
  private String name = "";

  @Parameters(index = "1", paramLabel = "viewer|investigator|admin", descriptionKey = "role")
  private String role = "";

  @Mixin private final Home home;

  UserRole(Call call) {
    this.call = call;
    this.home = call.home();
  }

  @Override
  public Exit run() throws Exception {
    Users.Role given = read(role);
    try (Database database = home.open()) {
      home.record(call, database, HqAct.Deed.USER_ROLE, name, given.word());
      check(new Users(database).setRole(name, given), name);
    }
    call.terminal().remark(call.words().say("user.done", name, given.word()));
    return Exit.DONE;
  }

  static Users.Role read(String role) throws Complaint {
    return Users.Role.of(role).orElseThrow(() -> new Complaint(Exit.USAGE, "user.role", role));
  }

  /** Says what stood in the way of a change. */
  static void check(Users.Change change, String name) throws Complaint {
    switch (change) {
      case DONE -> {}
      case NOBODY -> throw new Complaint(Exit.USAGE, "user.none", name);
      case LAST_ADMIN -> throw new Complaint(Exit.USAGE, "user.last_admin", name);
    }
  }
}
