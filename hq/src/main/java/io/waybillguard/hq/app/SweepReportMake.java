package io.waybillguard.hq.app;

import io.waybillguard.agent.event.HqAct;
import io.waybillguard.hq.store.Database;
import io.waybillguard.hq.sweeps.SweepReport;
import io.waybillguard.hq.sweeps.SweepStanding;
import io.waybillguard.hq.sweeps.Sweeps;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes the report on a sweep, which HQ signs. */
@CommandLine.Command(name = "report")
final class SweepReportMake implements Command {
  private final Call call;
  @Mixin private final Home home;

  @Parameters(paramLabel = "ID", descriptionKey = "id")
  private String id = "";

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      descriptionKey = "output",
      required = true)
  private Path output = Path.of("");

  SweepReportMake(Call call) {
    this.call = call;
    this.home = call.home();
  }

  @Override
  public Exit run() throws Exception {
    if (Files.exists(output)) {
      throw new Complaint(Exit.USAGE, "sweep.exists", output);
    }
    try (Database database = home.open()) {
      Sweeps sweeps = new Sweeps(database, home.keys().commands());
      SweepStanding sweep =
          sweeps
              .find(id, call.clock().instant())
              .orElseThrow(() -> new Complaint(Exit.USAGE, "sweep.unknown", id));
      home.record(call, database, HqAct.Deed.EXPORT, id, "sweep report");
      SweepReport report = sweeps.report(sweep);
      Files.writeString(output, report.json().indented() + "\n", StandardCharsets.UTF_8);
      call.terminal()
          .remark(
              call.words()
                  .say("sweep.reported", output, home.keys().commands().verifier().toString()));
    }
    return Exit.DONE;
  }
}
