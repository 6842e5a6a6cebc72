package io.waybillguard.hq.app;

import io.waybillguard.agent.event.Json;
import io.waybillguard.hq.fleet.Times;
import io.waybillguard.hq.store.Database;
import io.waybillguard.hq.sweeps.SweepStanding;
import io.waybillguard.hq.sweeps.Sweeps;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;

/** The newest sweeps and how they stand. */
@CommandLine.Command(name = "list")
final class SweepList implements Command {
  private static final int MOST = 100;

  private final Call call;
  @Mixin private final Home home;

  SweepList(Call call) {
    this.call = call;
    this.home = call.home();
  }

  @Override
  public Exit run() throws Exception {
    try (Database database = home.open()) {
      List<SweepStanding> sweeps =
          new Sweeps(database, home.keys().commands()).newest(MOST, call.clock().instant());
      if (call.json()) {
        call.terminal()
            .json(Json.object().put("sweeps", sweeps.stream().map(SweepStanding::json).toList()));
      } else {
        for (SweepStanding each : sweeps) {
          call.terminal()
              .line(
                  call.words()
                      .say(
                          "sweep.row",
                          each.row().id(),
                          Times.rfc3339(each.command().asked()),
                          call.words().say("sweep.state." + each.state()),
                          each.answered(),
                          each.asked(),
                          each.found(),
                          each.title()));
        }
      }
    }
    return Exit.DONE;
  }
}
