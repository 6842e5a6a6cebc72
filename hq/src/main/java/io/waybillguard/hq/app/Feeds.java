package io.waybillguard.hq.app;

import io.waybillguard.agent.event.HqAct;
import io.waybillguard.agent.event.Json;
import io.waybillguard.hq.fleet.Times;
import io.waybillguard.hq.store.Database;
import io.waybillguard.hq.store.FeedRows;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** How the feeds to other engines stand; or forgets one. */
@CommandLine.Command(name = "feeds")
final class Feeds implements Command {
  private final Call call;

  @Mixin private final Home home;

  /** A command of its own could not leave {@code --data} to this one. */
  @Parameters(arity = "0..2", paramLabel = "forget NAME", descriptionKey = "forget")
  private List<String> forget = new ArrayList<>();

  Feeds(Call call) {
    this.call = call;
    this.home = call.home();
  }

  @Override
  public Exit run() throws Exception {
    if (!forget.isEmpty() && !(forget.size() == 2 && forget.get(0).equals("forget"))) {
      throw new Complaint(Exit.USAGE, "feed.usage", String.join(" ", forget));
    }
    try (Database database = home.open()) {
      FeedRows rows = new FeedRows(database);
      if (forget.isEmpty()) {
        list(rows.all());
      } else {
        forget(database, rows, forget.get(1));
      }
    }
    return Exit.DONE;
  }

  private void forget(Database database, FeedRows rows, String name) throws Exception {
    if (rows.place(name).isEmpty()) {
      throw new Complaint(Exit.USAGE, "feed.unknown", name);
    }
    home.record(call, database, HqAct.Deed.CANCEL, "", "feed " + name);
    rows.forget(name);
    call.terminal().remark(call.words().say("feed.forgotten", name));
  }

  private void list(List<FeedRows.Row> feeds) {
    Instant now = call.clock().instant();
    if (call.json()) {
      call.terminal()
          .json(Json.object().put("feeds", feeds.stream().map(f -> json(f, now)).toList()));
      return;
    }
    Words words = call.words();
    if (feeds.isEmpty()) {
      call.terminal().remark(words.say("feed.none"));
      return;
    }
    List<List<String>> table = new ArrayList<>();
    table.add(
        List.of(
            words.say("column.feed"),
            words.say("column.target"),
            words.say("column.carries"),
            words.say("column.sent"),
            words.say("column.refused"),
            words.say("column.waiting"),
            words.say("column.behind"),
            words.say("column.problem")));
    for (FeedRows.Row each : feeds) {
      table.add(
          List.of(
              each.name(),
              each.kind() + " " + each.target(),
              words.say("feed.carries." + each.records()),
              String.valueOf(each.sent()),
              String.valueOf(each.refused()),
              String.valueOf(each.waiting()),
              each.lag(now).toSeconds() + " s",
              each.problem().isEmpty() ? "-" : each.problem()));
    }
    call.terminal().table(table);
  }

  private static Json.Obj json(FeedRows.Row feed, Instant now) {
    Json.Obj json =
        Json.object()
            .put("name", feed.name())
            .put("kind", feed.kind())
            .put("target", feed.target())
            .put("records", feed.records())
            .put("sent", feed.sent())
            .put("refused", feed.refused())
            .put("waiting_segments", feed.waiting())
            .put("behind_seconds", feed.lag(now).toSeconds())
            .putUnlessEmpty("problem", feed.problem());
    feed.problemAt().ifPresent(at -> json.put("failing_since", Times.rfc3339(at)));
    feed.lastSent().ifPresent(at -> json.put("last_sent", Times.rfc3339(at)));
    return json;
  }
}
