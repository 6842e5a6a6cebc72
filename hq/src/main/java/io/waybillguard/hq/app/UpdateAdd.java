package io.waybillguard.hq.app;

import io.waybillguard.agent.event.HqAct;
import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.report.wire.Release;
import io.waybillguard.hq.store.Database;
import io.waybillguard.hq.store.Packages;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Puts a signed package where desks can fetch it; none is told of it yet. */
@CommandLine.Command(name = "add")
final class UpdateAdd implements Command {
  private final Call call;
  @Mixin private final Home home;

  @Parameters(paramLabel = "PACKAGE", descriptionKey = "file")
  private Path file = Path.of("");

  UpdateAdd(Call call) {
    this.call = call;
    this.home = call.home();
  }

  @Override
  public Exit run() throws Exception {
    Path note = UpdateSign.note(file);
    for (Path each : new Path[] {file, note}) {
      if (!Files.isRegularFile(each)) {
        throw new Complaint(Exit.USAGE, "update.no_file", each);
      }
    }
    try (Database database = home.open()) {
      String text = Files.readString(note, StandardCharsets.UTF_8);
      Release release = Release.of(text);
      String said = "package · " + release.version() + " · " + release.platform();
      home.record(call, database, HqAct.Deed.COMMAND, release.sha256(), said);
      Packages.Kept kept = new Packages(home.data()).add(file, text);
      call.terminal()
          .remark(
              call.words()
                  .say("update.added", kept.release().version(), kept.release().platform()));
    } catch (EvidenceException e) {
      throw new Complaint(e, Exit.USAGE, "update.no_package", file, String.valueOf(e.getMessage()));
    }
    return Exit.DONE;
  }
}
