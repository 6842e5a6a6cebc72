package io.waybillguard.agent.app;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.JsonException;
import io.waybillguard.agent.event.Recall;
import io.waybillguard.agent.event.VisitorExpected;
import io.waybillguard.agent.evidence.Checkpoint;
import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.LogReader;
import io.waybillguard.agent.evidence.SignedNote;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code visitor slip}: what changed on this PC during the newest visit, with the log's own
 * signature under it. It says what was recorded; where the agent could not see, it says that too.
 */
@Command(name = "slip")
final class VisitorSlip implements Action {
  /** Types of what a visitor may have done, and of not having been able to see. */
  private static final List<String> KINDS =
      List.of(
          "usb.attach",
          "usb.detach",
          "volume.mount",
          "program.new",
          "program.burst",
          "autostart.new",
          "autostart.changed",
          "autostart.gone",
          "autostart.burst",
          "session.start",
          "session.end",
          "session.refused",
          "sensor.blind",
          "sensor.silent",
          "log.gap",
          "log.start",
          "time.jump");

  /** Types that say whether something is watched. */
  private static final List<String> WATCHING =
      List.of("log.start", "log.stop", "sensor.live", "sensor.back", "sensor.blind");

  /** Records of one type: far more than a run of the agent makes. */
  private static final int MOST_READ_BACK = 1_000;

  private final Call call;

  @Option(names = "--json")
  private boolean json;

  VisitorSlip(Call call) {
    this.call = call;
  }

  @Override
  public Exit run() throws IOException, Refusal, EvidenceException {
    try (LogReader log = LocalLog.open(call.home()).holdStill()) {
      VisitorExpected visit =
          newest(log).orElseThrow(() -> new Refusal(Exit.FAILED, "slip.no_visit"));
      List<ShownRecord> changes = changes(log, visit);
      Optional<SignedNote> note = log.newestCheckpoint();
      Optional<Checkpoint> head =
          note.isPresent() ? Optional.of(log.keys().verify(note.get())) : Optional.empty();
      if (json) {
        call.terminal().json(json(visit, changes, note));
      } else {
        print(visit, changes, head);
      }
      return Exit.DONE;
    }
  }

  private static Optional<VisitorExpected> newest(LogReader log)
      throws IOException, EvidenceException {
    for (long place : log.places("visitor.expected", Instant.MIN, Instant.MAX, 1)) {
      Optional<Json.Obj> event = ShownRecord.read(log, place).flatMap(ShownRecord::event);
      try {
        if (event.isPresent()
            && Recall.observation(event.get()).orElse(null) instanceof VisitorExpected visit) {
          return Optional.of(visit);
        }
      } catch (JsonException e) {
        throw new EvidenceException("record " + place + ": " + e.getMessage(), e);
      }
    }
    return Optional.empty();
  }

  private static List<ShownRecord> changes(LogReader log, VisitorExpected visit)
      throws IOException, EvidenceException {
    TreeSet<Long> places = new TreeSet<>();
    for (String kind : KINDS) {
      for (long place : log.places(kind, visit.from(), visit.until(), 0)) {
        places.add(place);
      }
    }
    List<ShownRecord> changes = unseen(log, visit.from());
    for (long place : places) {
      ShownRecord.read(log, place).ifPresent(changes::add);
    }
    return changes;
  }

  /** What said, before the visit began, that something was not watched, and still held then. */
  private static List<ShownRecord> unseen(LogReader log, Instant from)
      throws IOException, EvidenceException {
    TreeSet<Long> places = new TreeSet<>();
    for (String kind : WATCHING) {
      for (long place : log.places(kind, Instant.MIN, from, MOST_READ_BACK)) {
        places.add(place);
      }
    }
    Map<String, ShownRecord> unseen = new LinkedHashMap<>();
    for (long place : places) {
      Optional<ShownRecord> record = ShownRecord.read(log, place);
      if (record.isEmpty()) {
        continue;
      }
      String sensor = record.get().entry().leaf().fields().text("sensor", "");
      switch (record.get().entry().type()) {
        case "log.start" -> unseen.clear();
        case "log.stop" -> unseen.put("", record.get());
        case "sensor.blind" -> unseen.put(sensor, record.get());
        default -> unseen.remove(sensor);
      }
    }
    return new ArrayList<>(unseen.values());
  }

  private Json.Obj json(
      VisitorExpected visit, List<ShownRecord> changes, Optional<SignedNote> note) {
    Json.Obj slip =
        Json.object()
            .put("visitor", visit.visitor())
            .put("from", Times.rfc3339(visit.from()))
            .put("until", Times.rfc3339(visit.until()))
            .put("changes", changes.stream().map(each -> each.json(call.words())).toList());
    note.ifPresent(signed -> slip.put("checkpoint", signed.toString()));
    return slip;
  }

  private void print(VisitorExpected visit, List<ShownRecord> changes, Optional<Checkpoint> head) {
    Instant now = InstantSource.system().instant();
    ZoneId zone = ZoneId.systemDefault();
    Terminal terminal = call.terminal();
    terminal.say(
        "slip.title",
        visit.visitor(),
        Times.local(visit.from(), now, zone),
        Times.local(visit.until(), now, zone));
    if (now.isBefore(visit.until())) {
      terminal.say("slip.not_over");
    }
    if (changes.isEmpty()) {
      terminal.say("slip.nothing");
    }
    for (ShownRecord each : changes) {
      terminal.item(
          "- ",
          Times.local(each.entry().at(), now, zone)
              + " "
              + each.summary(call.words())
              + call.words().say("incidents.record", each.entry().seq()));
    }
    long last = changes.isEmpty() ? -1 : changes.get(changes.size() - 1).entry().seq();
    if (head.isPresent() && head.get().size() > last) {
      terminal.say("slip.sealed", head.get().size(), head.get().root().base64());
    } else {
      terminal.say("slip.not_sealed");
    }
  }
}
