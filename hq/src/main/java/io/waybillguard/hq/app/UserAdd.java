package io.waybillguard.hq.app;

import io.waybillguard.hq.console.Passwords;
import io.waybillguard.hq.store.Database;
import io.waybillguard.hq.store.Users;
import java.io.BufferedReader;
import java.io.IOException;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Adds a console user, or gives one a new password. The password comes on standard input. */
@CommandLine.Command(name = "add")
final class UserAdd implements Command {
  private static final int SHORTEST = 12;
  private static final int LONGEST = 256;

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
    Users.Role given = role();
    try (Database database = home.open()) {
      String hash = new Passwords().hash(password());
      new Users(database).put(name, given, hash, call.clock().instant());
    }
    call.terminal().remark(call.words().say("user.done", name, given.word()));
    return Exit.DONE;
  }

  private Users.Role role() throws Complaint {
    for (Users.Role each : Users.Role.values()) {
      if (each.word().equals(role.toLowerCase(Locale.ROOT))) {
        return each;
      }
    }
    throw new Complaint(Exit.USAGE, "user.role", role);
  }

  private String password() throws IOException, Complaint {
    BufferedReader in = call.terminal().reader();
    String password = in.readLine();
    int length = password == null ? 0 : password.length();
    if (password == null || length < SHORTEST || length > LONGEST) {
      throw new Complaint(Exit.USAGE, "user.password", SHORTEST, LONGEST, length);
    }
    return password;
  }
}
