package io.waybillguard.hq.app;

import io.waybillguard.agent.event.HqAct;
import io.waybillguard.agent.event.Json;
import io.waybillguard.hq.store.Database;
import io.waybillguard.hq.store.SegmentMove;
import io.waybillguard.hq.store.SegmentStore;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Puts all segments of an HQ that is stopped into a bucket, or back into the folder. */
@CommandLine.Command(name = "segments")
final class StoreSegments implements Command {
  private final Call call;

  @Mixin private final Home home;

  @Option(names = "--to", paramLabel = "URL", required = true)
  private String to = "";

  @Option(names = "--to-endpoint", paramLabel = "URL")
  private String endpoint = "";

  StoreSegments(Call call) {
    this.call = call;
    this.home = call.home();
  }

  @Override
  public Exit run() throws Exception {
    SegmentStore target = home.segmentsAt(call, to, endpoint);
    try (FolderLock alone = FolderLock.take(home.data(), false);
        Database database = home.open()) {
      SegmentStore source = home.segments(call, database);
      target.check();
      // What is to be destroyed is destroyed where it lies; the new place knows nothing of it.
      home.contents(call, database).destroyDoomed();
      home.record(call, database, HqAct.Deed.BACKUP, "", target.place());
      long moved =
          new SegmentMove(database, source, target)
              .run(count -> call.terminal().progress(String.valueOf(count)));
      call.terminal().progressDone();
      if (call.json()) {
        call.terminal().json(Json.object().put("segments", moved).put("place", target.place()));
      } else {
        call.terminal()
            .line(call.words().say("store.segments.done", moved, target.place(), source.place()));
      }
    }
    return Exit.DONE;
  }
}
