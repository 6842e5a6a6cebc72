package io.waybillguard.hq.app;

import io.waybillguard.hq.console.Passwords;
import io.waybillguard.hq.orders.OrderRefused;
import io.waybillguard.hq.store.Database;
import io.waybillguard.hq.store.Users;
import java.io.IOException;
import picocli.CommandLine.Option;

/** Who gives a command: a console user, whose password comes on standard input. */
final class Asking {
  private final Call call;

  @Option(names = "--by", paramLabel = "NAME", required = true)
  private String by = "";

  Asking(Call call) {
    this.call = call;
  }

  /**
   * The user's name, after the password was checked.
   *
   * @throws Complaint if there is no such user, the password is wrong, or the user may only look
   */
  String who(Database database) throws IOException, Complaint {
    Users users = new Users(database);
    String hash =
        users.password(by).orElseThrow(() -> new Complaint(Exit.UNAVAILABLE, "command.who", by));
    String password = call.terminal().reader().readLine();
    if (password == null || !new Passwords().matches(password, hash)) {
      throw new Complaint(Exit.UNAVAILABLE, "command.who", by);
    }
    if (users.role(by).filter(role -> role != Users.Role.VIEWER).isEmpty()) {
      throw new Complaint(Exit.UNAVAILABLE, "command.viewer", by);
    }
    return by;
  }

  /** Why a command was neither approved nor taken back, as the terminal says it. */
  static Complaint refused(OrderRefused.Reason reason, String id, String by) {
    return switch (reason) {
      case UNKNOWN -> new Complaint(Exit.USAGE, "command.unknown", id);
      case SIGNED -> new Complaint(Exit.USAGE, "command.signed", id);
      case SAME_PERSON -> new Complaint(Exit.UNAVAILABLE, "command.same_person", by);
      case NOT_ADMIN -> new Complaint(Exit.UNAVAILABLE, "update.not_admin");
      case OVER -> new Complaint(Exit.USAGE, "command.over", id);
      case POLICY -> new Complaint(Exit.USAGE, "command.policy", id);
      case RECORDS, NO_REASON, CHOICE ->
          throw new IllegalStateException("neither asks for any of these");
    };
  }
}
