package io.waybillguard.hq.app;

import io.waybillguard.hq.store.Backup;
import io.waybillguard.hq.store.SegmentStore;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Puts a backup back into an empty data folder. */
@CommandLine.Command(name = "restore")
final class Restore implements Command {
  private final Call call;

  @Parameters(paramLabel = "DIR", descriptionKey = "from")
  private Path from = Path.of("");

  @Mixin private final Home home;

  Restore(Call call) {
    this.call = call;
    this.home = call.home();
  }

  @Override
  public Exit run() throws Exception {
    if (home.location().isShared()) {
      throw new Complaint(Exit.USAGE, "backup.postgres");
    }
    // What lies there may have witnessed more than the backup: it is never written over.
    if (!Backup.isFree(home.data())) {
      throw new Complaint(Exit.USAGE, "restore.not_free", home.data());
    }
    try {
      SegmentStore segments = home.location().segments(call.clock());
      segments.check();
      Backup.About about = Backup.restore(from, home.data(), segments, call.clock().instant());
      if (call.json()) {
        call.terminal().json(MakeBackup.json(about));
      } else {
        call.terminal()
            .line(
                call.words().say("restore.done", about.made(), about.workstations(), home.data()));
      }
      return Exit.DONE;
    } catch (Backup.Damaged e) {
      throw new Complaint(Exit.FAILED, "restore.damaged", from, String.valueOf(e.getMessage()));
    }
  }
}
