package io.waybillguard.agent.app;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.JsonException;
import io.waybillguard.agent.event.Recall;
import io.waybillguard.agent.event.Summary;
import io.waybillguard.agent.event.VisitorExpected;
import io.waybillguard.agent.evidence.Checkpoint;
import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.LogReader;
import io.waybillguard.agent.evidence.SignedNote;
import io.waybillguard.agent.visit.Visit;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code visitor slip}: what changed on this PC during the newest visit, with the log's own
 * signature under it. It says what was recorded, and how the PC differs from before the visit;
 * where the agent could not see, it says that too. With {@code -o} its records become a bundle: a
 * page to print, and everything that proves it.
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

  @Option(
      names = {"-o", "--out"},
      paramLabel = "DIR_OR_ZIP")
  private @Nullable Path out;

  @Option(names = "--json")
  private boolean json;

  VisitorSlip(Call call) {
    this.call = call;
  }

  @Override
  public Exit run() throws IOException, Refusal, EvidenceException {
    try (LogReader log = LocalLog.open(call.home()).holdStill()) {
      ShownRecord announced =
          newest(log).orElseThrow(() -> new Refusal(Exit.FAILED, "slip.no_visit"));
      Slip slip = slip(log, announced);
      Optional<SignedNote> note = log.newestCheckpoint();
      Optional<Checkpoint> head =
          note.isPresent() ? Optional.of(log.keys().verify(note.get())) : Optional.empty();
      Path bundle = out;
      if (bundle != null) {
        write(log, slip, bundle);
      }
      if (json) {
        call.terminal().json(json(slip, note));
      } else {
        print(slip, head);
      }
      return Exit.DONE;
    }
  }

  /**
   * What a slip is made of.
   *
   * @param announced the record that announced the visit
   * @param changes records of what happened meanwhile, and of what could not be seen
   * @param before the record of the look before it, where there is one
   * @param after the record of the look after it and of what differs, where there is one
   */
  private record Slip(
      ShownRecord announced,
      VisitorExpected visit,
      List<ShownRecord> changes,
      Optional<ShownRecord> before,
      Optional<ShownRecord> after) {
    private NavigableSet<Long> places() {
      NavigableSet<Long> places = new TreeSet<>();
      places.add(announced.entry().seq());
      changes.forEach(each -> places.add(each.entry().seq()));
      before.ifPresent(each -> places.add(each.entry().seq()));
      after.ifPresent(each -> places.add(each.entry().seq()));
      return places;
    }
  }

  private static Slip slip(LogReader log, ShownRecord announced)
      throws IOException, EvidenceException {
    VisitorExpected visit = visit(announced).orElseThrow();
    String id = Visit.id(log.keys().origin(), announced.entry().seq());
    return new Slip(
        announced,
        visit,
        changes(log, visit),
        look(log, "visit.begin", announced, id),
        look(log, "visit.end", announced, id));
  }

  private static Optional<ShownRecord> look(
      LogReader log, String type, ShownRecord announced, String id)
      throws IOException, EvidenceException {
    for (long place : log.places(type, announced.entry().at(), Instant.MAX, 0)) {
      Optional<ShownRecord> record = ShownRecord.read(log, place);
      if (record.isPresent() && record.get().entry().leaf().fields().text("id", "").equals(id)) {
        return record;
      }
    }
    return Optional.empty();
  }

  private void write(LogReader log, Slip slip, Path bundle)
      throws IOException, Refusal, EvidenceException {
    Instant now = InstantSource.system().instant();
    NavigableSet<Long> places = slip.places();
    EvidenceExport.checkSealed(log, places.last());
    Json.Obj custody =
        Json.object()
            .put("action", "visit slip")
            .put("at", Times.rfc3339(now))
            .put("by", System.getProperty("user.name", ""))
            .putUnlessEmpty("on_behalf_of", call.environment().getOrDefault("SUDO_USER", ""))
            .put("visitor", slip.visit().visitor())
            .put("origin", log.keys().origin())
            .put("records", places.size())
            .put("agent", Version.current());
    try {
      long unused =
          EvidenceExport.writer(call, log, custody, now).write(places, bundle, done -> {});
    } catch (FileAlreadyExistsException e) {
      throw new Refusal(e, Exit.USAGE, "export.exists", bundle.toString());
    }
  }

  private static Optional<ShownRecord> newest(LogReader log) throws IOException, EvidenceException {
    for (long place : log.places("visitor.expected", Instant.MIN, Instant.MAX, 1)) {
      Optional<ShownRecord> record = ShownRecord.read(log, place);
      if (record.isPresent() && visit(record.get()).isPresent()) {
        return record;
      }
    }
    return Optional.empty();
  }

  private static Optional<VisitorExpected> visit(ShownRecord record) throws EvidenceException {
    try {
      return record.event().isPresent()
              && Recall.observation(record.event().get()).orElse(null)
                  instanceof VisitorExpected visit
          ? Optional.of(visit)
          : Optional.empty();
    } catch (JsonException e) {
      throw new EvidenceException("record " + record.entry().seq() + ": " + e.getMessage(), e);
    }
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

  private Json.Obj json(Slip slip, Optional<SignedNote> note) {
    Json.Obj json =
        Json.object()
            .put("visitor", slip.visit().visitor())
            .put("from", Times.rfc3339(slip.visit().from()))
            .put("until", Times.rfc3339(slip.visit().until()))
            .put("changes", slip.changes().stream().map(each -> each.json(call.words())).toList());
    slip.before().ifPresent(each -> json.put("before", each.json(call.words())));
    slip.after().ifPresent(each -> json.put("after", each.json(call.words())));
    note.ifPresent(signed -> json.put("checkpoint", signed.toString()));
    Path bundle = out;
    return bundle == null ? json : json.put("bundle", bundle.toString());
  }

  private void print(Slip slip, Optional<Checkpoint> head) {
    Instant now = InstantSource.system().instant();
    ZoneId zone = ZoneId.systemDefault();
    Terminal terminal = call.terminal();
    VisitorExpected visit = slip.visit();
    terminal.say(
        "slip.title",
        visit.visitor(),
        Times.local(visit.from(), now, zone),
        Times.local(visit.until(), now, zone));
    if (now.isBefore(visit.until())) {
      terminal.say("slip.not_over");
    }
    if (slip.changes().isEmpty()) {
      terminal.say("slip.nothing");
    }
    slip.changes().forEach(each -> line(each, now, zone));
    slip.before().ifPresent(each -> line(each, now, zone));
    if (slip.after().isPresent()) {
      line(slip.after().get(), now, zone);
      Summary summary = new Summary(call.words().locale(), zone);
      slip.after()
          .get()
          .event()
          .ifPresent(
              event -> summary.visitChanges(event).forEach(told -> terminal.item("  * ", told)));
    } else if (!now.isBefore(visit.until())) {
      terminal.say("slip.not_looked");
    }
    if (head.isPresent() && head.get().size() > slip.places().last()) {
      terminal.say("slip.sealed", head.get().size(), head.get().root().base64());
    } else {
      terminal.say("slip.not_sealed");
    }
    Path bundle = out;
    if (bundle != null) {
      terminal.say("slip.bundle", bundle);
    }
  }

  private void line(ShownRecord record, Instant now, ZoneId zone) {
    call.terminal()
        .item(
            "- ",
            Times.local(record.entry().at(), now, zone)
                + " "
                + record.summary(call.words())
                + call.words().say("incidents.record", record.entry().seq()));
  }
}
