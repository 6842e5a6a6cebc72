package io.waybillguard.hq.app;

import io.waybillguard.agent.event.HqAct;
import io.waybillguard.agent.event.Json;
import io.waybillguard.hq.store.Backup;
import io.waybillguard.hq.store.Database;
import io.waybillguard.hq.store.SegmentStore;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Copies everything HQ keeps into a folder, beside a running server. */
@CommandLine.Command(name = "backup")
final class MakeBackup implements Command {
  private final Call call;

  @Parameters(paramLabel = "DIR", descriptionKey = "into")
  private Path into = Path.of("");

  @Mixin private final Home home;

  MakeBackup(Call call) {
    this.call = call;
    this.home = call.home();
  }

  @Override
  public Exit run() throws Exception {
    if (home.location().isShared()) {
      throw new Complaint(Exit.USAGE, "backup.postgres");
    }
    if (!Backup.isFree(into)) {
      throw new Complaint(Exit.USAGE, "backup.not_free", into);
    }
    SegmentStore segments;
    try (Database database = home.open()) {
      segments = home.segments(call, database);
      home.record(call, database, HqAct.Deed.BACKUP, "", into.toAbsolutePath().toString());
    }
    Backup.About made =
        Backup.make(home.data(), segments, into, call.clock().instant(), Version.current());
    if (call.json()) {
      call.terminal().json(json(made));
    } else {
      call.terminal()
          .line(
              call.words()
                  .say("backup.done", made.workstations(), made.files(), made.bytes(), into));
    }
    if (!made.lost().isEmpty()) {
      throw new Complaint(
          Exit.FAILED, "backup.lost", made.lost().size(), made.lost().get(0), segments.place());
    }
    return Exit.DONE;
  }

  static Json.Obj json(Backup.About about) {
    return Json.object()
        .put("made", about.made().toString())
        .put("version", about.version())
        .put("workstations", about.workstations())
        .put("files", about.files())
        .put("bytes", about.bytes());
  }
}
