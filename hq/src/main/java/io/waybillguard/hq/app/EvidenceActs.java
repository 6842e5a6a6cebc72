package io.waybillguard.hq.app;

import io.waybillguard.agent.event.HqAct;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.evidence.Checkpoint;
import io.waybillguard.agent.evidence.KeyChain;
import io.waybillguard.agent.evidence.LogReader;
import io.waybillguard.agent.evidence.SignedNote;
import io.waybillguard.agent.evidence.bundle.BundleWriter;
import io.waybillguard.hq.acts.Acts;
import io.waybillguard.hq.fleet.Times;
import io.waybillguard.hq.store.Database;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.LongStream;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Takes HQ's own log of acts out, with everything that proves it. */
@CommandLine.Command(name = "acts")
final class EvidenceActs implements Command {
  private final Call call;

  @Mixin private final Home home;

  @Option(names = "--log", paramLabel = "ID")
  private String wanted = "";

  @Option(
      names = {"-o", "--out"},
      paramLabel = "DIR_OR_ZIP",
      required = true)
  private Path out = Path.of("");

  EvidenceActs(Call call) {
    this.call = call;
    this.home = call.home();
  }

  @Override
  public Exit run() throws Exception {
    try (Database database = home.open()) {
      SortedMap<String, Path> logs = new TreeMap<>();
      for (Path folder : Acts.folders(home.data())) {
        try (LogReader log = LogReader.open(folder)) {
          logs.put(Checkpoint.logIdOf(log.keys().origin()), folder);
        }
      }
      Path folder = chosen(logs);
      home.record(call, database, HqAct.Deed.EXPORT, "acts", out.toString());
      try (LogReader log = LogReader.open(folder)) {
        write(log);
      }
    }
    return Exit.DONE;
  }

  private Path chosen(SortedMap<String, Path> logs) throws Complaint {
    Set<String> ids = logs.keySet();
    if (logs.isEmpty()) {
      throw new Complaint(Exit.USAGE, "acts.none", home.data());
    }
    if (wanted.isEmpty() && logs.size() > 1) {
      throw new Complaint(Exit.USAGE, "acts.which", logs.size(), String.join(", ", ids));
    }
    Path folder = logs.get(wanted.isEmpty() ? logs.firstKey() : wanted);
    if (folder == null) {
      throw new Complaint(Exit.USAGE, "acts.unknown", wanted, String.join(", ", ids));
    }
    return folder;
  }

  private void write(LogReader log) throws Exception {
    Instant now = call.clock().instant();
    KeyChain keys = log.keys();
    Optional<SignedNote> newest = log.newestCheckpoint();
    long sealed = newest.isEmpty() ? 0 : keys.verify(newest.get()).size();
    if (sealed == 0) {
      throw new Complaint(Exit.USAGE, "acts.none", home.data());
    }
    NavigableSet<Long> all = new TreeSet<>();
    LongStream.range(0, sealed).forEach(all::add);
    Json.Obj custody =
        Json.object()
            .put("action", "export")
            .put("at", Times.rfc3339(now))
            .put("by", Reasons.account())
            .put("origin", keys.origin())
            .put("first", 0)
            .put("last", sealed - 1)
            .put("records", sealed);
    try {
      new BundleWriter(log, List.of(), List.of(custody), now, ZoneId.systemDefault())
          .write(
              all, out, done -> call.terminal().progress(call.words().say("pull.writing", done)));
    } catch (FileAlreadyExistsException e) {
      throw new Complaint(e, Exit.USAGE, "pull.exists", out);
    } finally {
      call.terminal().progressDone();
    }
    String first = keys.epochs().get(0).key().toString();
    if (call.json()) {
      call.terminal()
          .json(
              Json.object()
                  .put("bundle", out.toString())
                  .put("records", sealed)
                  .put("first_vkey", first));
      return;
    }
    call.terminal().line(call.words().say("acts.done", sealed, out));
    call.terminal().line(call.words().say("pull.how_to_check", out, first));
  }
}
