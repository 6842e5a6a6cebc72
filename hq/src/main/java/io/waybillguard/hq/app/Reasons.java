package io.waybillguard.hq.app;

import io.waybillguard.hq.store.Database;
import io.waybillguard.hq.store.Generations;
import io.waybillguard.hq.store.Workstation;
import java.util.List;

/** What decisions about a workstation have in common: whom they are about, who takes them, why. */
final class Reasons {
  private static final int LONGEST = 500;

  private Reasons() {}

  /** A reason is kept for good and read by others. */
  static void check(String reason) throws Complaint {
    if (reason.isBlank() || reason.length() > LONGEST) {
      throw new Complaint(Exit.USAGE, "reason.bad", LONGEST, reason.length());
    }
  }

  /** The workstation under the newest of its logs; any of them names it. */
  static Workstation newest(Database database, String id) throws Complaint {
    List<Workstation> line = new Generations(database).line(id);
    if (line.isEmpty()) {
      throw new Complaint(Exit.USAGE, "workstation.unknown", id);
    }
    return line.get(line.size() - 1);
  }

  /** Who decides: the account that runs the command. */
  static String account() {
    return System.getProperty("user.name", "");
  }
}
