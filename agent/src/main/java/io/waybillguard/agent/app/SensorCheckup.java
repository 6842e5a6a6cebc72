package io.waybillguard.agent.app;

import io.waybillguard.agent.config.Config;
import io.waybillguard.agent.config.ConfigException;
import io.waybillguard.agent.config.ConfigFile;
import io.waybillguard.agent.event.Desk;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.JsonException;
import io.waybillguard.agent.event.Observation;
import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.LogReader;
import io.waybillguard.agent.platform.SystemEvents;
import io.waybillguard.agent.sense.Sensor;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the sensors see. Those of a running agent are asked through what it tells, and tried
 * through its log; without one, the real sensors are opened for a moment.
 */
final class SensorCheckup {
  private static final Logger LOG = LoggerFactory.getLogger(SensorCheckup.class);

  /** A program before this one may keep it waiting, and its record waits for company after that. */
  private static final Duration SEEN_WITHIN = Duration.ofSeconds(20);

  private static final Duration LOOK_AGAIN = Duration.ofMillis(200);

  private final Home home;
  private final Words words;

  SensorCheckup(Home home, Words words) {
    this.home = home;
    this.words = words;
  }

  static boolean isLinux() {
    return Os.here() == Os.LINUX;
  }

  /** One line a sensor. */
  List<Diagnosis> sensors() throws Exception {
    LocalLog.checkReadable(home.data());
    if (DataLock.isHeld(home.data())) {
      return ofRunningAgent();
    }
    List<Diagnosis> lines = new ArrayList<>();
    for (Sensor sensor :
        Sensors.of(
            System.getProperty("os.name"),
            settings(),
            home.data(),
            new SystemEvents(),
            InstantSource.system())) {
      lines.add(opened(sensor));
    }
    return lines;
  }

  /** Settings that are wrong have a line of their own. */
  private Config.Sensors settings() throws IOException {
    try {
      return Files.exists(home.configFile())
          ? ConfigFile.read(home.configFile(), "").config().sensors()
          : Config.DEFAULTS.sensors();
    } catch (ConfigException e) {
      return Config.DEFAULTS.sensors();
    }
  }

  // -- a running agent -------------------------------------------------------------------------

  private List<Diagnosis> ofRunningAgent() throws IOException, JsonException, InterruptedException {
    Optional<Json.Obj> told = StatusFile.ofRunning(home.data());
    if (told.isEmpty()) {
      return List.of(Diagnosis.unknown("sensors", words.say("status.starting")));
    }
    List<Diagnosis> lines = new ArrayList<>();
    for (Json.Obj sensor : told.get().objects("sensors")) {
      lines.add(running(sensor));
    }
    return lines;
  }

  private Diagnosis running(Json.Obj told) throws IOException, InterruptedException, JsonException {
    String name = told.text("name");
    String detail = words.detail(told.text("detail"));
    return switch (told.text("state")) {
      case "live", "reduced" -> {
        boolean reduced = told.text("state").equals("reduced");
        if (isLinux() && Stimulus.cannotBeGiven(name, settings()).isEmpty()) {
          yield tried(name, reduced, detail, (type, isIt, since) -> isRecorded(type, isIt, since));
        }
        yield proved(told, name, reduced, detail);
      }
      case "starting" ->
          Diagnosis.sensor(name, Diagnosis.Health.UNKNOWN, words.say("status.starting"), "");
      default -> blind(name, detail);
    };
  }

  /** Of what leaves no record, only the agent itself knows whether it was seen; it tries often. */
  private Diagnosis proved(Json.Obj told, String name, boolean reduced, String detail)
      throws IOException {
    Optional<String> cannot = ShownSign.cannotBeGiven(name, settings());
    if (cannot.isPresent()) {
      return untried(name, reduced, cannot.get(), detail);
    }
    if (told.find("proof_at").isEmpty()) {
      return seeing(name, reduced, words.say("doctor.sensor.unproved", detail));
    }
    String at =
        Times.local(
            Instant.parse(told.text("proof_at", "")),
            InstantSource.system().instant(),
            ZoneId.systemDefault());
    long delay = told.number("proof_ms", -1);
    return delay < 0
        ? Diagnosis.sensor(
            name,
            Diagnosis.Health.BAD,
            words.say("doctor.sensor.silent", at),
            words.say("doctor.sensor.do"))
        : seeing(name, reduced, words.say("doctor.sensor.proved", at, delay, detail));
  }

  /** Whether the running agent writes down in time what was done. */
  private boolean isRecorded(String type, Predicate<Json.Obj> isIt, Instant since)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + SEEN_WITHIN.toNanos();
    try (LogReader log = LocalLog.open(home)) {
      while (System.nanoTime() < end) {
        if (ShownRecord.first(log, type, since, isIt).isPresent()) {
          return true;
        }
        TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN.toMillis());
      }
    } catch (Refusal | EvidenceException e) {
      throw new IOException("the log cannot be read: " + e.getMessage(), e);
    }
    return false;
  }

  // -- without one -----------------------------------------------------------------------------

  private Diagnosis opened(Sensor sensor) throws InterruptedException {
    try {
      Sensor.Sight sight = sensor.open();
      String name = sensor.name();
      String detail = words.detail(sight.detail());
      return isLinux() && Stimulus.cannotBeGiven(name, settings()).isEmpty()
          ? tried(
              name, sight.reduced(), detail, (type, isIt, since) -> isSensed(sensor, type, isIt))
          : shown(sensor, sight.reduced(), detail);
    } catch (IOException e) {
      LOG.error("sensor={} is blind", sensor.name(), e);
      return blind(sensor.name(), words.detail(String.valueOf(e.getMessage())));
    } finally {
      sensor.close();
    }
  }

  private Diagnosis shown(Sensor sensor, boolean reduced, String detail) throws IOException {
    String name = sensor.name();
    Optional<String> cannot = ShownSign.cannotBeGiven(name, settings());
    if (cannot.isPresent()) {
      return untried(name, reduced, cannot.get(), detail);
    }
    Optional<ShownSign> given = ShownSign.give(name, settings(), sensor::expect);
    if (given.isEmpty()) {
      return seeing(name, reduced, words.say("doctor.sensor.unproved", detail));
    }
    try (ShownSign sign = given.get()) {
      long end = System.nanoTime() + SEEN_WITHIN.toNanos();
      while (!sign.isSeen() && System.nanoTime() < end) {
        List<Observation> unused = sensor.sense(LOOK_AGAIN);
      }
      return judged(name, reduced, detail, sign.isSeen(), sign.what());
    }
  }

  private static boolean isSensed(Sensor sensor, String type, Predicate<Json.Obj> isIt)
      throws IOException {
    Desk desk = new Desk("", "", "", new Desk.Os(0, "", ""), "", ZoneOffset.UTC, "");
    long end = System.nanoTime() + SEEN_WITHIN.toNanos();
    while (System.nanoTime() < end) {
      for (Observation seen : sensor.sense(LOOK_AGAIN)) {
        if (seen.type().equals(type) && isIt.test(bodyOf(desk, seen))) {
          return true;
        }
      }
    }
    return false;
  }

  private static Json.Obj bodyOf(Desk desk, Observation seen) throws IOException {
    try {
      return Json.parse(desk.body(seen, 0, seen.at()));
    } catch (JsonException e) {
      throw new IOException("a record of type " + seen.type() + " is no record", e);
    }
  }

  // -- the lines -------------------------------------------------------------------------------

  /** Whether what was done was seen. */
  @FunctionalInterface
  private interface Witness {
    boolean saw(String type, Predicate<Json.Obj> isIt, Instant since)
        throws IOException, InterruptedException;
  }

  private Diagnosis tried(String name, boolean reduced, String detail, Witness witness)
      throws IOException, InterruptedException {
    Config.Sensors settings = settings();
    Instant since = InstantSource.system().instant();
    try (Stimulus shown = Stimulus.give(name, settings)) {
      boolean seen = witness.saw(shown.type(), shown::isIt, since);
      return judged(name, reduced, detail, seen, shown.what());
    }
  }

  private Diagnosis judged(
      String name, boolean reduced, String detail, boolean isSeen, String place) {
    if (isSeen) {
      return seeing(name, reduced, words.say("doctor.sensor.saw." + name, detail));
    }
    String missed = words.say("doctor.sensor.missed." + name, place, SEEN_WITHIN.toSeconds());
    return reduced
        ? seeing(name, true, missed + " " + detail)
        : Diagnosis.sensor(name, Diagnosis.Health.BAD, missed, words.say("doctor.sensor.do"));
  }

  /** A sensor that cannot be tried without a hand at the machine. */
  private Diagnosis untried(String name, boolean reduced, String why, String detail) {
    return seeing(
        name,
        reduced,
        why.equals("hand")
            ? words.say("doctor.sensor.untried.hand." + name, detail)
            : words.say("doctor.sensor.untried." + why, detail));
  }

  private static Diagnosis seeing(String name, boolean reduced, String detail) {
    return Diagnosis.sensor(
        name, reduced ? Diagnosis.Health.PARTLY : Diagnosis.Health.GOOD, detail, "");
  }

  private Diagnosis blind(String name, String why) {
    return Diagnosis.sensor(name, Diagnosis.Health.BAD, why, words.say("doctor.sensor.do"));
  }
}
