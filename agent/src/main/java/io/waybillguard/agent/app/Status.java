package io.waybillguard.agent.app;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.JsonException;
import io.waybillguard.agent.evidence.Checkpoint;
import io.waybillguard.agent.evidence.DamagedLogException;
import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.LogReader;
import io.waybillguard.agent.evidence.Merkle;
import io.waybillguard.agent.evidence.SignedNote;
import io.waybillguard.agent.report.Enrolment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code status}: how the agent is doing. What it says of the log comes from the log itself; the
 * rest is what the running agent last told.
 */
@Command(name = "status")
final class Status implements Action {
  private final Call call;

  @Option(names = "--json")
  private boolean json;

  Status(Call call) {
    this.call = call;
  }

  /** The log in numbers. */
  private record Log(
      String workstation,
      String origin,
      long size,
      String root,
      long sealed,
      long pinned,
      long witnessed) {}

  /**
   * All that is known.
   *
   * @param told what the running agent said last; empty when none runs, or it is just starting
   * @param log empty when there is none yet, or it is damaged
   * @param damage what is wrong with the log, or ""
   */
  private record Known(
      boolean running,
      Optional<Json.Obj> told,
      Optional<Enrolment> enrolment,
      Optional<Log> log,
      String damage) {

    String outlet() {
      return enrolment.map(Enrolment::outlet).orElse("");
    }
  }

  @Override
  public Exit run() throws IOException, JsonException {
    Known known = look();
    if (json) {
      call.terminal().json(json(known));
    } else {
      print(known);
    }
    if (!known.damage().isEmpty()) {
      call.terminal().complain(call.words().say("log.damaged", known.damage()));
    }
    if (!known.running()) {
      call.terminal().complain(call.words().say("status.not_running"));
    }
    return known.running() && known.damage().isEmpty() ? Exit.DONE : Exit.FAILED;
  }

  private Known look() throws IOException {
    Path data = call.home().data();
    LocalLog.checkReadable(data);
    boolean running = DataLock.isHeld(data);
    Optional<Log> log = Optional.empty();
    String damage = "";
    try {
      log = log(data);
    } catch (DamagedLogException | EvidenceException e) {
      damage = String.valueOf(e.getMessage());
    }
    return new Known(
        running,
        running ? StatusFile.ofRunning(data) : Optional.empty(),
        Enrolment.load(data),
        log,
        damage);
  }

  private Optional<Log> log(Path data) throws IOException, EvidenceException {
    if (Files.notExists(data)) {
      return Optional.empty();
    }
    try (LogReader log = LocalLog.open(call.home())) {
      String origin = log.keys().origin();
      long size = log.size();
      Optional<SignedNote> newest = log.newestCheckpoint();
      return Optional.of(
          new Log(
              Checkpoint.logIdOf(origin),
              origin,
              size,
              Merkle.root(log, size).base64(),
              newest.isEmpty() ? 0 : Checkpoint.parse(newest.get().text()).size(),
              log.pinnedSize(),
              log.witnessedSize()));
    } catch (Refusal none) {
      return Optional.empty();
    }
  }

  // -- for programs ----------------------------------------------------------------------------

  private static Json.Obj json(Known known) throws JsonException {
    Json.Obj json =
        Json.object()
            .put("version", Version.current())
            .put("workstation", known.log().map(Log::workstation).orElse(""))
            .put("outlet", known.outlet())
            .put("running", known.running())
            .put(
                "sensors",
                known.told().isEmpty() ? List.of() : known.told().get().objects("sensors"))
            .put("hq", hq(known));
    known
        .log()
        .ifPresent(
            log ->
                json.put(
                    "log",
                    Json.object()
                        .put("origin", log.origin())
                        .put("size", log.size())
                        .put("root", log.root())
                        .put("sealed_size", log.sealed())
                        .put("pinned_size", log.pinned())
                        .put("witnessed_size", log.witnessed())));
    if (!known.damage().isEmpty()) {
      json.put("log", Json.object().put("damage", known.damage()));
    }
    if (known.told().isPresent()) {
      json.put("policy", known.told().get().object("policy"));
      json.put("storage", known.told().get().object("storage"));
    }
    return json;
  }

  private static Json.Obj hq(Known known) throws JsonException {
    if (known.told().isPresent()) {
      return known.told().get().object("hq");
    }
    return Json.object()
        .put("url", known.enrolment().map(e -> e.hq().toString()).orElse(""))
        .put("state", known.enrolment().isPresent() ? "unknown" : "not_enrolled")
        .put("backlog", known.log().map(l -> l.sealed() - l.witnessed()).orElse(0L));
  }

  // -- for people ------------------------------------------------------------------------------

  private void print(Known known) throws JsonException {
    Words words = call.words();
    Terminal terminal = call.terminal();
    terminal.say(known.running() ? "status.running" : "status.resting", Version.current());
    Table facts = Table.withoutHeadings(2);
    known.log().ifPresent(l -> facts.row(words.say("status.workstation"), l.workstation()));
    facts.row(
        words.say("status.outlet"),
        known.outlet().isEmpty() ? words.say("status.not_enrolled") : known.outlet());
    hqRows(known, facts);
    if (known.told().isPresent()) {
      facts.row(words.say("status.policy"), policy(known.told().get().object("policy")));
    }
    terminal.table(facts);
    terminal.line("");
    if (known.damage().isEmpty()) {
      printLog(known.log());
    }
    if (known.told().isPresent()) {
      printStorage(known.told().get().object("storage"));
      terminal.line("");
      printSensors(known.told().get().objects("sensors"));
    } else if (known.running()) {
      terminal.say("status.starting");
    }
  }

  private String policy(Json.Obj policy) {
    long version = policy.number("version", 0);
    String title = policy.text("title", "");
    return version == 0
        ? call.words().say("status.policy.own")
        : call.words()
            .say(
                title.isEmpty() ? "status.policy.version" : "status.policy.titled",
                String.valueOf(version),
                title);
  }

  private void hqRows(Known known, Table facts) throws JsonException {
    Words words = call.words();
    Json.Obj hq = hq(known);
    if (hq.text("url", "").isEmpty()) {
      return;
    }
    facts.row(words.say("status.hq"), hq.text("url", ""));
    String state = words.say("status.link." + hq.text("state", "unknown"));
    String detail = hq.text("detail", "");
    facts.row("", detail.isEmpty() ? state : words.say("status.because", state, detail));
    time(hq.text("last_report", ""))
        .ifPresent(at -> facts.row("", words.say("status.last_report", at)));
    facts.row("", words.say("status.backlog", hq.number("backlog", 0)));
  }

  private void printLog(Optional<Log> known) {
    Words words = call.words();
    if (known.isEmpty()) {
      call.terminal().say("status.no_log");
      return;
    }
    Log log = known.get();
    Table table = Table.withoutHeadings(3);
    table.row(words.say("status.log"), words.say("status.durable"), count(log.size()));
    table.row("", words.say("status.sealed"), count(log.sealed()));
    table.row("", words.say("status.pinned"), count(log.pinned()));
    table.row("", words.say("status.witnessed"), count(log.witnessed()));
    call.terminal().table(table);
  }

  /** Only what somebody has to do something about. */
  private void printStorage(Json.Obj storage) throws JsonException {
    switch (storage.text("state", "good")) {
      case "disk_refuses" ->
          call.terminal().say("status.storage.disk_refuses", storage.number("waiting", 0));
      case "at_cap" -> call.terminal().say("status.storage.at_cap", storage.number("cap", 0) >> 20);
      default -> {}
    }
  }

  private String count(long records) {
    return call.words().say("status.count", records);
  }

  private void printSensors(List<Json.Obj> sensors) {
    Words words = call.words();
    Table table =
        new Table(
            words.say("status.column.sensor"),
            words.say("status.column.state"),
            words.say("status.column.since"),
            words.say("status.column.proof"));
    for (Json.Obj sensor : sensors) {
      table.row(
          words.sensor(sensor.text("name", "")),
          words.say("status.sight." + sensor.text("state", "starting")),
          time(sensor.text("since", "")).orElse(""),
          proof(sensor));
    }
    call.terminal().table(table);
    for (Json.Obj sensor : sensors) {
      if (!sensor.text("state", "").equals("live")) {
        call.terminal()
            .item(
                words.sensor(sensor.text("name", "")) + words.say("status.colon"),
                words.detail(sensor.text("detail", "")));
      }
    }
  }

  /** What came of its last self-test; that it cannot be tested is an answer as well. */
  private String proof(Json.Obj sensor) {
    if (!sensor.flag("tested", false)) {
      return call.words().say("status.proof.untested");
    }
    long delay = sensor.number("proof_ms", -1);
    return time(sensor.text("proof_at", ""))
        .map(
            at ->
                delay < 0
                    ? call.words().say("status.proof.silent", at)
                    : call.words().say("status.proof.seen", at, delay))
        .orElseGet(() -> call.words().say("status.proof.none"));
  }

  /** A time of the status file in the person's own zone; empty when it holds none. */
  private static Optional<String> time(String rfc3339) {
    try {
      return Optional.of(
          Times.local(
              Instant.parse(rfc3339), InstantSource.system().instant(), ZoneId.systemDefault()));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }
}
