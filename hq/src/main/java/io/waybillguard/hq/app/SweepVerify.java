package io.waybillguard.hq.app;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.VerifierKey;
import io.waybillguard.hq.sweeps.SweepReport;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Checks a report on a sweep, anywhere: no HQ is asked. */
@CommandLine.Command(name = "verify")
final class SweepVerify implements Command {
  private final Call call;

  @Parameters(paramLabel = "FILE", descriptionKey = "file")
  private Path file = Path.of("");

  @Option(names = "--key", paramLabel = "VKEY", required = true)
  private String key = "";

  SweepVerify(Call call) {
    this.call = call;
  }

  @Override
  public Exit run() throws Exception {
    if (!Files.isRegularFile(file)) {
      throw new Complaint(Exit.USAGE, "sweep.no_file", file);
    }
    VerifierKey by;
    try {
      by = VerifierKey.parse(key);
    } catch (EvidenceException e) {
      throw new Complaint(e, Exit.USAGE, "sweep.no_key", key);
    }
    try {
      Json.Obj report = SweepReport.verified(Files.readAllBytes(file), by).report();
      if (call.json()) {
        call.terminal().json(Json.object().put("holds", true).put("report", report));
      } else {
        call.terminal()
            .line(
                call.words()
                    .say(
                        "sweep.holds",
                        report.text("title", ""),
                        report.text("made", ""),
                        report.number("asked", 0),
                        report.number("answered", 0),
                        report.number("found", 0)));
      }
      return Exit.DONE;
    } catch (EvidenceException e) {
      if (call.json()) {
        call.terminal()
            .json(Json.object().put("holds", false).put("why", String.valueOf(e.getMessage())));
      }
      throw new Complaint(e, Exit.FAILED, "sweep.holds_not", file, String.valueOf(e.getMessage()));
    }
  }
}
