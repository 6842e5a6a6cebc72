package io.waybillguard.hq.app;

import io.waybillguard.hq.store.Database;
import io.waybillguard.hq.sweeps.SweepStanding;
import io.waybillguard.hq.sweeps.Sweeps;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** What a sweep has found so far, and who has not answered. */
@CommandLine.Command(name = "results")
final class SweepResults implements Command {
  private final Call call;
  @Mixin private final Home home;

  @Parameters(paramLabel = "ID", descriptionKey = "id")
  private String id = "";

  SweepResults(Call call) {
    this.call = call;
    this.home = call.home();
  }

  @Override
  public Exit run() throws Exception {
    try (Database database = home.open()) {
      SweepStanding standing =
          new Sweeps(database, home.keys().commands())
              .find(id, call.clock().instant())
              .orElseThrow(() -> new Complaint(Exit.USAGE, "sweep.unknown", id));
      if (call.json()) {
        call.terminal().json(standing.json());
      } else {
        print(standing);
      }
    }
    return Exit.DONE;
  }

  private void print(SweepStanding sweep) {
    Terminal terminal = call.terminal();
    terminal.line(
        call.words()
            .say(
                "sweep.stands",
                sweep.title(),
                call.words().say("sweep.state." + sweep.state()),
                sweep.answered(),
                sweep.asked(),
                sweep.silent(),
                sweep.found()));
    List<List<String>> rows = new ArrayList<>();
    for (SweepStanding.Finding each : sweep.findings()) {
      rows.add(
          List.of(
              each.workstation().outlet(),
              each.workstation().name(),
              each.found().finding().what(),
              each.found().finding().match(),
              each.found().finding().path()));
    }
    if (!rows.isEmpty()) {
      terminal.table(rows);
    }
    for (SweepStanding.Desk each : sweep.desks()) {
      if (each.state().isEmpty()) {
        terminal.remark(
            call.words()
                .say("sweep.silent", each.workstation().outlet(), each.workstation().name()));
      }
    }
  }
}
