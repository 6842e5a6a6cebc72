package io.waybillguard.hq.app;

import io.waybillguard.agent.event.JsonException;
import io.waybillguard.agent.event.Span;
import io.waybillguard.hq.store.Commands;
import io.waybillguard.hq.store.Contents;
import io.waybillguard.hq.store.Database;
import io.waybillguard.hq.store.Logs;
import io.waybillguard.hq.store.Workstation;
import java.time.Instant;
import java.util.SortedSet;
import java.util.TreeSet;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** A second person approves what one alone may not command; HQ then erases its own copies too. */
@CommandLine.Command(name = "approve")
final class CommandApprove implements Command {
  private final Call call;
  @Mixin private final Home home;
  @Mixin private final Asking asking;

  @Parameters(paramLabel = "ID", descriptionKey = "id")
  private String id = "";

  CommandApprove(Call call) {
    this.call = call;
    this.home = call.home();
    this.asking = new Asking(call);
  }

  @Override
  public Exit run() throws Exception {
    try (Database database = home.open()) {
      String by = asking.who(database);
      Commands commands = new Commands(database);
      Commands.Row row =
          commands.find(id).orElseThrow(() -> new Complaint(Exit.USAGE, "command.unknown", id));
      Instant now = call.clock().instant();
      if (!row.note().isEmpty()) {
        throw new Complaint(Exit.USAGE, "command.signed", id);
      }
      if (row.askedBy().equals(by)) {
        throw new Complaint(Exit.UNAVAILABLE, "command.same_person", by);
      }
      if (!now.isBefore(row.expires())) {
        throw new Complaint(Exit.USAGE, "command.over", id, row.expires());
      }
      // Before it is signed: cut short, it can be approved again, and erasing twice does no harm.
      eraseHere(database, row, now);
      String note = CommandGive.signed(row, home.keys()).note();
      if (!commands.approve(id, by, note, now)) {
        throw new Complaint(Exit.FAILED, "command.signed", id);
      }
      call.terminal().remark(call.words().say("command.given", id));
    }
    return Exit.DONE;
  }

  private void eraseHere(Database database, Commands.Row row, Instant now) throws Exception {
    if (!row.type().equals(CommandGive.Kind.ERASE.word())) {
      return;
    }
    Workstation desk =
        new Logs(database)
            .byOrigin(row.target())
            .orElseThrow(() -> new Complaint(Exit.FAILED, "workstation.unknown", row.target()));
    Contents.Erased erased =
        new Contents(database, home.data()).erase(desk.log(), records(row), now);
    call.terminal()
        .remark(
            call.words().say("command.erased_here", erased.erased().size(), erased.held().size()));
  }

  private static SortedSet<Long> records(Commands.Row row) throws JsonException {
    SortedSet<Long> records = new TreeSet<>();
    for (Span span : Span.read(row.args(), "records")) {
      for (long i = span.from(); i < span.to(); i++) {
        records.add(i);
      }
    }
    return records;
  }
}
