package io.waybillguard.hq.app;

import io.waybillguard.agent.event.Json;
import io.waybillguard.hq.fleet.Times;
import io.waybillguard.hq.store.Commands;

/** What all who give commands ask for, and say afterwards. */
final class Given {
  private static final int MOST_REASON = 200;

  private Given() {}

  /** A command without a reason is given by nobody. */
  static void checkReason(String reason) throws Complaint {
    if (reason.isBlank() || reason.length() > MOST_REASON) {
      throw new Complaint(Exit.USAGE, "command.reason", MOST_REASON, reason.length());
    }
  }

  /** The command's id, and whether a second person has to approve it. */
  static void say(Call call, Commands.Row row) {
    boolean waits = row.note().isEmpty();
    if (call.json()) {
      call.terminal()
          .json(
              Json.object()
                  .put("id", row.id())
                  .put("needs_approval", waits)
                  .put("expires", Times.rfc3339(row.expires())));
    } else {
      call.terminal().line(row.id());
      call.terminal().remark(call.words().say(waits ? "command.waits" : "command.given", row.id()));
    }
  }
}
