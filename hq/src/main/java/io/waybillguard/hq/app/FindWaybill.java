package io.waybillguard.hq.app;

import io.waybillguard.agent.event.HqAct;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.JsonException;
import io.waybillguard.agent.event.Summary;
import io.waybillguard.hq.fleet.Times;
import io.waybillguard.hq.store.Database;
import io.waybillguard.hq.store.Records;
import io.waybillguard.hq.store.Search;
import io.waybillguard.hq.store.WaybillTags;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;

/**
 * The records about one waybill number, which comes on standard input: words of a command line are
 * seen by everybody on the machine, and kept by shells.
 */
@CommandLine.Command(name = "waybill")
final class FindWaybill implements Command {
  private static final int MOST = 1_000;

  private final Call call;

  @Mixin private final Home home;

  FindWaybill(Call call) {
    this.call = call;
    this.home = call.home();
  }

  @Override
  public Exit run() throws Exception {
    String typed = Optional.ofNullable(call.terminal().reader().readLine()).orElse("");
    try (Database database = home.open()) {
      WaybillTags.Asked asked =
          Home.waybills(database, home.keys())
              .ask(typed, Instant.EPOCH, Instant.ofEpochMilli(Long.MAX_VALUE))
              .orElseThrow(() -> new Complaint(Exit.USAGE, "waybill.no_number"));
      home.record(call, database, HqAct.Deed.SEARCH, "", "waybill=" + asked.masked());
      show(asked, found(database, asked));
    }
    return Exit.DONE;
  }

  /** One more than is shown, where there are more. */
  private List<Records.Held> found(Database database, WaybillTags.Asked asked) throws Exception {
    return asked.tags().isEmpty()
        ? List.of()
        : new Records(database, home.segments(call, database))
            .search(
                new Search(
                    Instant.EPOCH,
                    Instant.ofEpochMilli(Long.MAX_VALUE),
                    "",
                    0,
                    "",
                    "",
                    "",
                    "",
                    asked.tags(),
                    ""),
                Search.Cursor.START,
                MOST + 1);
  }

  private void show(WaybillTags.Asked asked, List<Records.Held> found) {
    List<Records.Held> shown = found.subList(0, Math.min(MOST, found.size()));
    Words words = call.words();
    Summary summary = new Summary(words.locale(), ZoneId.systemDefault());
    if (call.json()) {
      List<Json.Obj> records = shown.stream().map(held -> json(held, summary)).toList();
      call.terminal()
          .json(
              Json.object()
                  .put("waybill", asked.masked())
                  .put("records", records)
                  .put("more", found.size() > MOST)
                  .put("logs", asked.all())
                  .put("logs_searched", asked.logs()));
      return;
    }
    call.terminal().remark(words.say("waybill.found", asked.masked(), shown.size()));
    if (asked.logs() < asked.all()) {
      call.terminal().remark(words.say("waybill.logs", asked.all(), asked.logs()));
    }
    List<List<String>> table = new ArrayList<>();
    for (Records.Held held : shown) {
      table.add(
          List.of(time(held), held.log(), String.valueOf(held.row().seq()), said(held, summary)));
    }
    call.terminal().table(table);
    if (found.size() > MOST) {
      call.terminal().remark(words.say("waybill.more", MOST));
    }
  }

  private static Json.Obj json(Records.Held held, Summary summary) {
    return Json.object()
        .put("at", time(held))
        .put("workstation", held.log())
        .put("record", held.row().seq())
        .put("type", held.row().type())
        .put("said", said(held, summary));
  }

  private static String time(Records.Held held) {
    return Times.rfc3339(Instant.ofEpochMilli(held.row().wall()));
  }

  private static String said(Records.Held held, Summary summary) {
    String type = held.row().type();
    if (held.body().isEmpty()) {
      return summary.withoutBody(type);
    }
    try {
      return summary.of(type, Json.parse(held.body().get()));
    } catch (JsonException e) {
      return summary.withoutBody(type); // it was found by an event that has since been erased
    }
  }
}
