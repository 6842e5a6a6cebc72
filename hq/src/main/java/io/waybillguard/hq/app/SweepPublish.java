package io.waybillguard.hq.app;

import io.waybillguard.agent.event.HqAct;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.hunt.search.Search;
import io.waybillguard.hq.fleet.Times;
import io.waybillguard.hq.store.Database;
import io.waybillguard.hq.sweeps.FileRefused;
import io.waybillguard.hq.sweeps.SweepFile;
import io.waybillguard.hq.sweeps.SweepStanding;
import io.waybillguard.hq.sweeps.Sweeps;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Has desks look for something: all, those of some outlets, or a percentage. */
@CommandLine.Command(name = "publish")
final class SweepPublish implements Command {
  private final Call call;
  @Mixin private final Home home;

  @Parameters(paramLabel = "FILE", descriptionKey = "file")
  private Path file = Path.of("");

  SweepPublish(Call call) {
    this.call = call;
    this.home = call.home();
  }

  @Override
  public Exit run() throws Exception {
    if (!Files.isRegularFile(file)) {
      throw new Complaint(Exit.USAGE, "sweep.no_file", file);
    }
    Instant now = call.clock().instant();
    SweepFile sweep = read(now);
    try (Database database = home.open()) {
      Sweeps sweeps = new Sweeps(database, home.keys().commands());
      Sweeps.Draft draft = sweeps.draft(sweep, "os:" + Reasons.account(), now);
      String said = draft.command().type() + " · " + sweep.search().title();
      home.record(call, database, HqAct.Deed.COMMAND, draft.row().id(), said);
      sweeps.publish(draft);
      say(draft, sweeps.find(draft.row().id(), now).orElseThrow(), sweep.search());
    }
    return Exit.DONE;
  }

  private SweepFile read(Instant now) throws Exception {
    try {
      Path folder = file.toAbsolutePath().getParent();
      return SweepFile.read(
          Files.readAllBytes(file),
          file.toString(),
          rule -> Files.readAllBytes(folder == null ? Path.of(rule) : folder.resolve(rule)),
          now);
    } catch (FileRefused e) {
      throw new Complaint(e, Exit.USAGE, "sweep.refused", e.in(call.words().locale()));
    }
  }

  private void say(Sweeps.Draft draft, SweepStanding standing, Search search) {
    if (call.json()) {
      Json.Obj json =
          Json.object()
              .put("id", draft.row().id())
              .put("asked", standing.asked())
              .put("expires", Times.rfc3339(draft.command().expires()));
      draft.row().next().ifPresent(next -> json.put("next", Times.rfc3339(next)));
      call.terminal().json(json);
    } else {
      call.terminal().line(draft.row().id());
      call.terminal()
          .remark(
              call.words()
                  .say(
                      "sweep.published",
                      standing.asked(),
                      Times.rfc3339(draft.command().expires()),
                      draft.row().id()));
      draft
          .row()
          .next()
          .ifPresent(
              next -> call.terminal().remark(call.words().say("sweep.next", Times.rfc3339(next))));
    }
    Map<String, Search.Rule> rules = new TreeMap<>(search.rules());
    rules.forEach(
        (name, rule) -> {
          if (!rule.read().untold().isEmpty()) {
            call.terminal()
                .remark(
                    call.words()
                        .say("sweep.untold", name, String.join(", ", rule.read().untold())));
          }
        });
  }
}
