package io.waybillguard.agent.app;

import io.waybillguard.agent.config.Config;
import io.waybillguard.agent.config.ConfigException;
import io.waybillguard.agent.config.ConfigFile;
import io.waybillguard.agent.event.IncidentChanged;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.JsonException;
import io.waybillguard.agent.event.Recall;
import io.waybillguard.agent.event.Story;
import io.waybillguard.agent.evidence.Entry;
import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.LogReader;
import io.waybillguard.agent.evidence.bundle.BundleEvents;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code detect replay LOG --policy FILE}: what other settings would have made of the same records.
 * LOG is a home, a bundle, or the lines of {@code evidence list --json}.
 */
@Command(name = "replay")
final class DetectReplay implements Action {
  private final Call call;

  @Parameters(paramLabel = "LOG", descriptionKey = "log")
  private Path log = Path.of("");

  @Option(names = "--policy", paramLabel = "FILE")
  private @Nullable Path policy;

  @Option(names = "--json")
  private boolean json;

  private long unread;

  DetectReplay(Call call) {
    this.call = call;
  }

  @Override
  public Exit run() throws IOException, ConfigException, Refusal, EvidenceException {
    if (!Files.exists(log)) {
      throw new Refusal(Exit.USAGE, "file.missing", log.toString());
    }
    Path file = policy;
    Config config =
        file == null
            ? ConfigFile.defaults().config()
            : PolicyCheck.read(file).policy().over(Config.DEFAULTS);
    Replay replay = new Replay(Rules.judge(config, ZoneId.systemDefault()));
    feed(replay);
    Story story = new Story(call.words().locale(), ZoneId.systemDefault());
    List<Change> changes = changes(replay, story);
    if (json) {
      call.terminal().json(json(replay, story, changes));
    } else {
      print(replay, story, changes);
    }
    return Exit.DONE;
  }

  // -- reading -----------------------------------------------------------------------------------

  private void feed(Replay replay) throws IOException, Refusal, EvidenceException {
    Path data = log.resolve("data");
    if (Files.isDirectory(log) && Files.exists(data.resolve("evidence.db"))) {
      try (LogReader reader = LocalLog.open(Home.at(log))) {
        for (long seq = 0; seq < reader.size(); seq++) {
          Optional<byte[]> body = reader.entry(seq).flatMap(Entry::event);
          if (body.isPresent()) {
            tell(replay, seq, body.get());
          }
        }
      }
    } else if (Files.isDirectory(log) || log.toString().endsWith(".zip")) {
      BundleEvents.read(log, (seq, body) -> tell(replay, seq, body));
    } else {
      lines(replay);
    }
  }

  private void lines(Replay replay) throws IOException, Refusal {
    try (BufferedReader lines = Files.newBufferedReader(log)) {
      int number = 0;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        number++;
        if (line.isBlank()) {
          continue;
        }
        try {
          Json.Obj record = Json.parse(line.getBytes(StandardCharsets.UTF_8));
          if (record.has("event")) {
            tell(
                replay,
                record.number("seq", number),
                record.object("event").toString().getBytes(StandardCharsets.UTF_8));
          }
        } catch (JsonException e) {
          throw new Refusal(
              e, Exit.USAGE, "replay.line", log.toString(), number, String.valueOf(e.getMessage()));
        }
      }
    }
  }

  private void tell(Replay replay, long seq, byte[] body) {
    try {
      Recall.event(body).ifPresent(event -> replay.on(seq, event));
    } catch (JsonException e) {
      unread++;
      LoggerFactory.getLogger(DetectReplay.class)
          .warn("record={} cannot be told: {}", seq, e.getMessage());
    }
  }

  // -- comparing ---------------------------------------------------------------------------------

  /**
   * An incident that these settings make otherwise than the log holds it; one side may be missing.
   */
  private record Change(@Nullable IncidentChanged before, @Nullable IncidentChanged after) {
    String word() {
      return before == null ? "new" : after == null ? "gone" : "changed";
    }
  }

  private static List<Change> changes(Replay replay, Story story) {
    Map<Long, IncidentChanged> before = byFirstRecord(replay.recorded(), false);
    Map<Long, IncidentChanged> after = byFirstRecord(replay.made(), true);
    List<Change> changes = new ArrayList<>();
    after.forEach(
        (record, made) -> {
          IncidentChanged was = before.get(record);
          if (was == null
              || was.severity() != made.severity()
              || !story.title(was).equals(story.title(made))) {
            changes.add(new Change(was, made));
          }
        });
    before.forEach(
        (record, was) -> {
          if (!after.containsKey(record)) {
            changes.add(new Change(was, null));
          }
        });
    return changes;
  }

  private static Map<Long, IncidentChanged> byFirstRecord(
      Collection<IncidentChanged> incidents, boolean isMade) {
    Map<Long, IncidentChanged> byRecord = new TreeMap<>();
    incidents.forEach(each -> byRecord.put(Replay.firstRecord(each, isMade), each));
    return byRecord;
  }

  // -- telling -----------------------------------------------------------------------------------

  private Json.Obj json(Replay replay, Story story, List<Change> changes) {
    return Json.object()
        .put("records", replay.events())
        .put("unread", unread)
        .put("findings", replay.findings())
        .put("incidents", replay.made().stream().map(each -> story.json(each, "")).toList())
        .put(
            "changes",
            changes.stream()
                .map(
                    each -> {
                      Json.Obj change = Json.object().put("change", each.word());
                      if (each.before() != null) {
                        change.put("before", story.json(each.before(), ""));
                      }
                      if (each.after() != null) {
                        change.put("after", story.json(each.after(), ""));
                      }
                      return change;
                    })
                .toList());
  }

  private void print(Replay replay, Story story, List<Change> changes) {
    Terminal terminal = call.terminal();
    terminal.say("replay.told", replay.events(), replay.findings(), replay.made().size());
    if (unread > 0) {
      terminal.remark("replay.unread", unread);
    }
    for (IncidentChanged each : replay.made()) {
      terminal.item(
          "- ",
          call.words().say("incidents.title", story.title(each), story.severity(each.severity())));
    }
    terminal.say(changes.isEmpty() ? "replay.same" : "replay.differ", changes.size());
    for (Change each : changes) {
      terminal.item(
          each.before() == null ? "+ " : each.after() == null ? "- " : "~ ",
          side(story, each.before())
              + (each.before() != null && each.after() != null ? " → " : "")
              + side(story, each.after()));
    }
  }

  private String side(Story story, @Nullable IncidentChanged incident) {
    return incident == null
        ? ""
        : call.words()
            .say("incidents.title", story.title(incident), story.severity(incident.severity()));
  }
}
