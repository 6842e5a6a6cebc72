package io.waybillguard.agent.app;

import io.waybillguard.agent.config.Config;
import io.waybillguard.agent.config.ConfigFile;
import io.waybillguard.agent.config.WaybillNumbers;
import io.waybillguard.agent.desk.DeskDoor;
import io.waybillguard.agent.desk.DeskSlot;
import io.waybillguard.agent.desk.Hearing;
import io.waybillguard.agent.desk.Roster;
import io.waybillguard.agent.desk.TerminalDoor;
import io.waybillguard.agent.detect.Judge;
import io.waybillguard.agent.dispose.Disposer;
import io.waybillguard.agent.event.AgentInstalled;
import io.waybillguard.agent.event.AgentStarted;
import io.waybillguard.agent.event.AgentStopped;
import io.waybillguard.agent.event.Desk;
import io.waybillguard.agent.event.Event;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.Waybills;
import io.waybillguard.agent.evidence.DiskRefusedException;
import io.waybillguard.agent.evidence.EvidenceLog;
import io.waybillguard.agent.evidence.LogReader;
import io.waybillguard.agent.evidence.Retention;
import io.waybillguard.agent.evidence.Secrets;
import io.waybillguard.agent.evidence.Storage;
import io.waybillguard.agent.hunt.Hunter;
import io.waybillguard.agent.notify.Notifier;
import io.waybillguard.agent.pipeline.Inbox;
import io.waybillguard.agent.pipeline.Pipeline;
import io.waybillguard.agent.pipeline.SensorDuty;
import io.waybillguard.agent.platform.SystemEvents;
import io.waybillguard.agent.report.Enrolment;
import io.waybillguard.agent.report.PackageSource;
import io.waybillguard.agent.report.Reporter;
import io.waybillguard.agent.report.wire.Heartbeat;
import io.waybillguard.agent.run.Beside;
import io.waybillguard.agent.run.Duty;
import io.waybillguard.agent.run.Supervisor;
import io.waybillguard.agent.run.Watchdog;
import io.waybillguard.agent.update.Installing;
import io.waybillguard.agent.update.Updater;
import io.waybillguard.agent.visit.Visits;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The agent, wired by hand in the order the data flows: sensors, inbox, pipeline, log, reporter.
 */
final class Agent {
  private static final Logger LOG = LoggerFactory.getLogger(Agent.class);
  private static final Duration SENSORS_DECIDE_WITHIN = Duration.ofSeconds(60);
  private static final Duration FIRST_TEST_AFTER = Duration.ofMinutes(10);
  private static final int CHECKPOINT_RECORDS = 256;
  private static final Duration KEY_EPOCH_PAUSE = Duration.ofHours(1);

  private final Path data;
  private final Path door;
  private final Path slot;
  private final Config config;
  private final PolicyKeeper policies;
  private final Machine machine;

  /** The hash of the jar that runs, as soon as it is there. */
  private final Beside<String> programSha256;

  private final InstantSource wall = InstantSource.system();
  private final Ticker mono = new Ticker();
  private final String boot = UUID.randomUUID().toString();

  private final EvidenceLog log;
  private final Inbox inbox;
  private final Judge judge;
  private final Pipeline pipeline;
  private final List<SensorDuty> sensors;
  private final Hunter hunter;
  private final Disposer disposer;
  private final Visits visits;
  private final Optional<Updater> updater;
  private final Reporter reporter;
  private final Optional<Notifier> notifier;
  private final Trials trials;
  private final SelfTest selfTest;
  private final LastWords lastWords;
  private final StatusFile status;
  private final Watchdog watchdog;
  private final Supervisor supervisor;

  /** The outlet's code, "" before enrolment. Written by the report thread, read by the pipeline. */
  private volatile String outlet = "";

  /** Tags numbers once HQ has given a key. Written and read by the same as {@link #outlet}. */
  private volatile Waybills waybills;

  /**
   * Opens the log and builds everything; nothing runs yet.
   *
   * @param programSha256 hash of the jar that runs, or "" when it does not run from one
   * @param events what the system tells this process, if it does
   * @throws IOException if the data folder cannot be used
   */
  Agent(
      Home home,
      ConfigFile settings,
      Machine machine,
      Beside<String> programSha256,
      SystemEvents events,
      ServiceLine service)
      throws IOException {
    this.data = home.data();
    this.door = home.door();
    this.slot = home.slot();
    this.policies = new PolicyKeeper(data, settings, wall);
    this.config = policies.standing().settings().config();
    this.machine = machine;
    this.programSha256 = programSha256;
    this.lastWords = new LastWords(data);
    WaybillNumbers numbers = WaybillNumbers.carried();
    this.waybills = new Waybills(numbers.distinct(), numbers.common());
    Enrolment.load(data).ifPresent(this::belongTo);

    Secrets secrets = Os.here().secrets();
    log =
        EvidenceLog.open(
            data,
            logSettings(config),
            new EvidenceLog.Surroundings(wall, mono, boot, this::desk, secrets));
    inbox = new Inbox(config.inbox().capacity());
    judge = Rules.judge(config, ZoneId.systemDefault());
    pipeline = new Pipeline(inbox, log, judge, batch(), wall, mono, this::herald);
    policies.adoptWith(this::adopt);
    sensors =
        Sensors.of(machine.osName(), config.sensors(), data, events, wall).stream()
            .map(s -> new SensorDuty(s, inbox, wall))
            .toList();
    Reporter.Rhythm rhythm = rhythm();
    hunter =
        new Hunter(
            data, pipeline, new HuntGround(wall), wall, mono, new SecureRandom(), this::tellHq);
    disposer =
        Disposals.of(machine.osName(), config.disposal(), data, pipeline, wall, mono, this::tellHq);
    visits = new Visits(data, pipeline, VisitGround.of(machine.osName(), events, wall), wall);
    Optional<Installing> installing = Updates.installing(home);
    updater =
        installing.isPresent()
            ? Optional.of(updater(secrets, rhythm, installing.get()))
            : Optional.empty();
    reporter =
        new Reporter(
            data,
            secrets,
            pipeline,
            rhythm,
            this::heartbeat,
            wall,
            mono,
            new SecureRandom(),
            new Errand(hunter, disposer, updater),
            policies,
            hq -> {
              belongTo(hq);
              return Reporter.overHttps(data, secrets, rhythm).to(hq);
            });
    notifier =
        Notices.of(machine.osName(), config.notice(), data, events, pipeline, reporter, wall);
    trials = new Trials(config.sensors());
    selfTest =
        new SelfTest(
            sensors,
            data,
            trials,
            new SelfTest.Rhythm(
                FIRST_TEST_AFTER.compareTo(config.selftest().every()) < 0
                    ? FIRST_TEST_AFTER
                    : config.selftest().every(),
                config.selftest().every(),
                config.selftest().signsEvery()),
            wall,
            new SecureRandom(),
            this::writeDown);
    status = new StatusFile(data, this::status);
    watchdog = new Watchdog(config.watchdog().patience().plus(Duty.LONGEST_WAIT), lastWords::leave);
    service.pulse(pipeline.name()).ifPresent(watchdog::tell);
    supervisor = new Supervisor(watchdog);
  }

  private Updater updater(Secrets secrets, Reporter.Rhythm rhythm, Installing installing)
      throws IOException {
    return new Updater(
        data,
        Updates.here(data),
        installing,
        pipeline,
        Updates.from(PackageSource.overHttps(data, secrets, rhythm)),
        () ->
            Updates.condition(
                sensors.stream().map(SensorDuty::state).toList(),
                reporter.state().lastReport() != null),
        wall,
        mono,
        this::tellHq);
  }

  private void belongTo(Enrolment hq) {
    outlet = hq.outlet();
    waybills = waybills.taggedBy(hq.waybills());
  }

  /** How the log is kept, from the settings. */
  static EvidenceLog.Settings logSettings(Config config) {
    Config.Evidence evidence = config.evidence();
    return new EvidenceLog.Settings(
        evidence.domain(),
        evidence.checkpointEvery(),
        CHECKPOINT_RECORDS,
        evidence.keyEpoch(),
        evidence.keyEpochRecords(),
        KEY_EPOCH_PAUSE,
        new Retention(
            config.retention().personal(),
            config.retention().technical(),
            config.retention().leaf(),
            evidence.diskCap(),
            evidence.ballast()));
  }

  /** Without waiting for the commit, which may be long on a full disk. */
  private void writeDown(Event event) {
    CompletableFuture<Long> unused =
        pipeline
            .record(event)
            .whenComplete(
                (seq, failure) -> {
                  if (failure != null) {
                    LOG.error("a record of type {} was not written", event.type(), failure);
                  }
                });
  }

  private Pipeline.BatchLimits batch() {
    return new Pipeline.BatchLimits(
        config.evidence().commitBatch(), config.evidence().commitWait());
  }

  private Reporter.Rhythm rhythm() {
    Config.Report report = config.report();
    return new Reporter.Rhythm(
        report.every(),
        report.heartbeat(),
        report.connectTimeout(),
        report.readTimeout(),
        report.backoffMax());
  }

  private Desk desk(String logId) {
    return new Desk(
        logId,
        outlet,
        machine.hostname(),
        machine.os(),
        boot,
        ZoneId.systemDefault(),
        Version.current(),
        waybills);
  }

  private Heartbeat heartbeat(String origin, long size, String root, long witnessed) {
    return new Heartbeat(
        origin,
        size,
        root,
        witnessed,
        Version.current(),
        policies.standing().settings().fingerprint(),
        data.toFile().getUsableSpace(),
        boot,
        wall.millis(),
        mono.getAsLong(),
        policies.standing().version());
  }

  /** Told by the report thread: the rules go by other settings from the next record on. */
  private CompletableFuture<Long> adopt(Event note, Config settings) {
    status.wake();
    ZoneId zone = ZoneId.systemDefault();
    return pipeline.adopt(
        note,
        () -> Rules.all(settings, zone),
        Rules.terms(settings, zone),
        () -> LogReader.open(data));
  }

  /** Told by the pipeline, which runs only after everything is built. */
  private void herald(Set<String> types) {
    tellHq();
    disposer.hear(types);
    visits.hear(types);
    notifier.ifPresent(desk -> desk.hear(types));
  }

  /** Those who ask for it were built before the reporter, and run after it. */
  private void tellHq() {
    reporter.hurry();
  }

  // -- running -----------------------------------------------------------------------------------

  /**
   * Writes down how the last run ended, and lets everybody work; the key changes with the first
   * step. On a disk that takes nothing the first records wait in memory.
   *
   * @throws IOException if the log cannot be read
   */
  void start() throws IOException {
    String before = before();
    Optional<Event> otherPolicy;
    try (LogReader past = LogReader.open(data)) {
      pipeline.remember(past);
      otherPolicy = policies.atStart(past);
    }
    String signedOn = judge.operator(); // before the pipeline's thread owns the rules
    String program = programSha256.result();
    log.append(started(program, before, log.sealedSize(), lastWords.found().orElse("")));
    if (otherPolicy.isPresent()) {
      log.append(otherPolicy.get());
    }
    pipeline.introduceWith(() -> Optional.of(started(program, "first", 0, "")));
    try {
      log.commit();
      lastWords.clear();
    } catch (DiskRefusedException e) {
      LOG.error("the disk takes nothing at the start; records wait in memory", e);
    }
    log.changeKeySoon();
    LOG.info("log={} size={} before={}", log.origin(), log.durableSize(), before);
    watchdog.start();
    supervisor.start(pipeline);
    sensors.forEach(supervisor::start);
    supervisor.start(reporter);
    notifier.ifPresent(supervisor::start);
    supervisor.start(hunter);
    supervisor.start(disposer);
    if (config.disposal().allow().contains("block")) {
      supervisor.start(disposer.doorkeeper());
    }
    supervisor.start(visits);
    updater.ifPresent(supervisor::start);
    supervisor.start(status);
    supervisor.start(selfTest);
    supervisor.start(new IdleMemory(IdleMemory.Heap.OWN));
    Hearing hearing =
        new Hearing(
            new Roster(signedOn),
            pipeline::record,
            wall,
            Version.current(),
            new Undoing(data, disposer));
    supervisor.start(
        DeskDoor.isPossible() ? new DeskDoor(door, hearing, wall) : new DeskSlot(slot, hearing));
    if (config.terminal().port() != 0) {
      supervisor.start(
          new TerminalDoor(
              config.terminal().port(),
              TerminalKey.of(data),
              hearing,
              wall,
              SignOnPages.of(machine.osName(), config.terminal(), hearing, wall)));
    }
  }

  /** Has the supervisor run this as well, until the agent stops. After {@link #start}. */
  void beside(Duty duty) {
    supervisor.start(duty);
  }

  private AgentStarted started(String program, String before, long sealed, String words) {
    return new AgentStarted(
        wall.instant(),
        Version.current(),
        machine.osBoot(),
        machine.uptimeSeconds(),
        program,
        policies.standing().settings().fingerprint(),
        ZoneId.systemDefault().getId(),
        before,
        sealed,
        words);
  }

  private String before() throws IOException {
    // An installer's word lies between the end of one run and the start of the next.
    Optional<String> last = log.lastTypeBut(AgentInstalled.TYPE);
    if (lastWords.found().isPresent()) {
      return "watchdog";
    }
    if (last.isEmpty() || last.get().equals("log.recover")) {
      return "first";
    }
    return last.get().equals("log.stop") ? "clean" : "unclean";
  }

  /** Waits until every sensor is live or has said why not; gives their states. */
  List<SensorDuty.State> awaitSensors() throws InterruptedException {
    long end = System.nanoTime() + SENSORS_DECIDE_WITHIN.toNanos();
    for (SensorDuty sensor : sensors) {
      if (!sensor.decided().await(Math.max(1, end - System.nanoTime()), TimeUnit.NANOSECONDS)) {
        LOG.warn("sensor={} is still opening", sensor.state().name());
      }
    }
    return sensors.stream().map(SensorDuty::state).toList();
  }

  /**
   * Stops in reverse order: nobody senses any more, then the last record, then the log is sealed
   * and closed.
   *
   * @param reason for the last record
   */
  void stop(String reason) {
    pipeline.endWith(() -> new AgentStopped(wall.instant(), Version.current(), reason));
    List<String> hung = supervisor.stop();
    try {
      if (!hung.contains(pipeline.name())) {
        pipeline.closeLog();
      }
    } catch (IOException e) {
      LOG.error("the log was not closed cleanly", e);
    }
    LOG.info("stopped reason={} hung={}", reason, hung);
  }

  // -- status ------------------------------------------------------------------------------------

  private Json.Obj status() {
    Reporter.State report = reporter.state();
    Json.Obj hq =
        Json.object()
            .put("url", report.hq())
            .put("state", report.link().name().toLowerCase(java.util.Locale.ROOT))
            .put("backlog", report.backlog())
            .putUnlessEmpty("detail", report.detail());
    if (report.lastReport() != null) {
      hq.put("last_report", Times.rfc3339(report.lastReport()));
    }
    return Json.object()
        .put("version", Version.current())
        .put("outlet", outlet)
        .put("pid", ProcessHandle.current().pid())
        .put("storage", json(pipeline.storage()))
        .put("sensors", sensors.stream().map(s -> json(s.state())).toList())
        .put("hq", hq)
        .put("policy", policies.standing().json());
  }

  private static Json.Obj json(Storage storage) {
    return Json.object()
        .put("state", storage.state().name().toLowerCase(java.util.Locale.ROOT))
        // Whole MiB, so that the file is not written anew for every record.
        .put("bytes", storage.bytes() >> 20 << 20)
        .put("cap", storage.cap())
        .put("waiting", storage.waiting());
  }

  private Json.Obj json(SensorDuty.State state) {
    Json.Obj sensor =
        Json.object()
            .put("name", state.name())
            .put("state", state.sight().name().toLowerCase(java.util.Locale.ROOT))
            .put("since", Times.rfc3339(state.since()))
            .put("detail", state.detail());
    sensor.put("tested", trials.areFor(state.name()));
    selfTest
        .proof(state.name())
        .ifPresent(
            proof ->
                sensor
                    .put("proof_at", Times.rfc3339(proof.at()))
                    .put("proof_ms", proof.delayMillis()));
    return sensor;
  }
}
