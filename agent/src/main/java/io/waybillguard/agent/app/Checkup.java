package io.waybillguard.agent.app;

import io.waybillguard.agent.config.Config;
import io.waybillguard.agent.config.ConfigException;
import io.waybillguard.agent.config.ConfigFile;
import io.waybillguard.agent.config.ProblemWords;
import io.waybillguard.agent.evidence.DamagedLogException;
import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.LogReader;
import io.waybillguard.agent.platform.linux.LinuxRights;
import io.waybillguard.agent.platform.shared.NativeCalls;
import io.waybillguard.agent.platform.windows.WindowsRights;
import io.waybillguard.agent.report.Enrolment;
import io.waybillguard.agent.report.HqProbe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What {@code doctor} looks at, but for the sensors: rights, parts, settings, disk, log, HQ. */
final class Checkup {
  private static final Logger LOG = LoggerFactory.getLogger(Checkup.class);

  /** Half a year of 2,000 records a day, at 680 bytes each. */
  private static final long LEAST_FREE_BYTES = 256L << 20;

  private static final int LAST_RECORDS = 1_000;

  /** HQ tells its time in whole seconds, and its answer has been on the way. */
  private static final Duration CLOCK_TOLERANCE = Duration.ofSeconds(5);

  private static final Duration CERTIFICATE_NEAR_ITS_END = Duration.ofDays(14);

  private final Home home;
  private final Words words;

  Checkup(Home home, Words words) {
    this.home = home;
    this.words = words;
  }

  /** Whether this process may do what the sensors do. */
  List<Diagnosis> rights() throws IOException {
    if (Os.here() == Os.OTHER) {
      return List.of(
          Diagnosis.unknown(
              "rights", words.say("doctor.rights.unknown", System.getProperty("os.name"))));
    }
    List<String> missing =
        Os.here() == Os.WINDOWS ? new WindowsRights().missing() : LinuxRights.missing();
    return List.of(
        missing.isEmpty()
            ? Diagnosis.good("rights", words.say("doctor.rights.good"))
            : Diagnosis.bad(
                "rights",
                words.say("doctor.rights.missing", String.join(" ", missing)),
                words.say("doctor.rights.do")));
  }

  /** Whether the parts that are not Java load. */
  List<Diagnosis> parts() {
    try {
      return List.of(
          Diagnosis.good(
              "parts",
              words.say("doctor.parts.good", NativeCalls.version(), LogReader.sqliteVersion())));
    } catch (IOException e) {
      LOG.error("a native part does not load", e);
      return List.of(
          Diagnosis.bad(
              "parts",
              String.valueOf(e.getMessage()),
              words.say("doctor.parts.do", NativeParts.folder())));
    }
  }

  /** Whether the agent would start with its settings. */
  List<Diagnosis> settings() throws IOException {
    String shown = home.shown(home.configFile());
    if (Files.notExists(home.configFile())) {
      return List.of(Diagnosis.good("settings", words.say("doctor.settings.none", shown)));
    }
    try {
      ConfigFile.read(home.configFile(), shown);
      return List.of(Diagnosis.good("settings", words.say("config.good", shown)));
    } catch (ConfigException e) {
      return List.of(
          Diagnosis.bad(
              "settings",
              new ProblemWords(words.locale()).of(e.problems().get(0)),
              words.say("doctor.settings.do")));
    }
  }

  /** Whether the data folder takes what is written to it, and for how long. */
  List<Diagnosis> data() throws IOException {
    Path data = home.data();
    String shown = home.shown(data);
    if (Files.notExists(data)) {
      return List.of(Diagnosis.unknown("data", words.say("doctor.data.none", shown)));
    }
    try {
      Path probe = Files.createTempFile(data, "doctor-", ".tmp");
      Files.delete(probe);
    } catch (IOException e) {
      LOG.error("folder={} takes no file", data, e);
      return List.of(
          Diagnosis.bad(
              "data", words.say("doctor.data.denied", shown), words.say("doctor.rights.do")));
    }
    long free = Files.getFileStore(data).getUsableSpace();
    String size = words.say("doctor.megabytes", free >> 20);
    return List.of(
        free >= LEAST_FREE_BYTES
            ? Diagnosis.good("data", words.say("doctor.data.good", shown, size))
            : Diagnosis.bad(
                "data",
                words.say("doctor.data.full", shown, size),
                words.say(
                    "doctor.data.do", words.say("doctor.megabytes", LEAST_FREE_BYTES >> 20))));
  }

  /** Whether the log agrees with itself, as far as that can be told in a moment. */
  List<Diagnosis> log() throws IOException {
    try (LogReader log = LocalLog.open(home).holdStill()) {
      log.checkHead(LAST_RECORDS);
      return List.of(Diagnosis.good("log", words.say("doctor.log.good", log.size())));
    } catch (Refusal none) {
      return List.of(Diagnosis.unknown("log", none.in(words)));
    } catch (DamagedLogException | EvidenceException e) {
      LOG.error("the log does not hold", e);
      return List.of(
          Diagnosis.bad("log", String.valueOf(e.getMessage()), words.say("doctor.log.do")));
    }
  }

  // -- HQ --------------------------------------------------------------------------------------

  /** Whether HQ is reached and takes us, and what its clock says of ours. */
  List<Diagnosis> hq() throws IOException {
    LocalLog.checkReadable(home.data());
    Optional<Enrolment> enrolment = Enrolment.load(home.data());
    if (enrolment.isEmpty()) {
      return List.of(
          Diagnosis.unknown("hq", words.say("doctor.hq.not_enrolled")),
          Diagnosis.unknown("clock", words.say("doctor.clock.unknown")));
    }
    String url = enrolment.get().hq().toString();
    Config.Report timeouts = timeouts();
    Instant asked = InstantSource.system().instant();
    HqProbe.Answer answer;
    try {
      answer =
          HqProbe.ask(
              home.data(),
              Os.here().secrets(),
              enrolment.get(),
              timeouts.connectTimeout(),
              timeouts.readTimeout());
    } catch (IOException e) {
      LOG.error("hq={} is not reached", url, e);
      return List.of(
          Diagnosis.bad(
              "hq",
              words.say("doctor.hq.away", url, String.valueOf(e.getMessage())),
              words.say("doctor.hq.away.do")),
          Diagnosis.unknown("clock", words.say("doctor.clock.unknown")));
    }
    Instant answered = InstantSource.system().instant();
    return List.of(
        welcome(enrolment.get(), answer, answered),
        clock(answer.time().orElse(null), asked, answered));
  }

  private Diagnosis welcome(Enrolment enrolment, HqProbe.Answer answer, Instant now)
      throws IOException {
    String url = enrolment.hq().toString();
    Instant ends = HqProbe.certificateEnds(enrolment);
    String date = Times.local(ends, now, ZoneId.systemDefault());
    return switch (answer.welcome()) {
      case TAKEN ->
          ends.isAfter(now.plus(CERTIFICATE_NEAR_ITS_END))
              ? Diagnosis.good("hq", words.say("doctor.hq.good", url, date))
              : Diagnosis.bad(
                  "hq", words.say("doctor.hq.ends", url, date), words.say("doctor.hq.enrol.do"));
      case REFUSED ->
          Diagnosis.bad(
              "hq",
              words.say("doctor.hq.refused", url, answer.status()),
              words.say("doctor.hq.enrol.do"));
      case STRANGE ->
          Diagnosis.bad(
              "hq",
              words.say("doctor.hq.strange", url, answer.status()),
              words.say("doctor.hq.away.do"));
    };
  }

  /** HQ's clock lay somewhere between our asking and its answer, give or take a second. */
  private Diagnosis clock(@Nullable Instant hq, Instant asked, Instant answered) {
    if (hq == null) {
      return Diagnosis.unknown("clock", words.say("doctor.clock.unknown"));
    }
    Duration apart =
        hq.isBefore(asked)
            ? Duration.between(hq, asked)
            : hq.isAfter(answered) ? Duration.between(answered, hq) : Duration.ZERO;
    return apart.compareTo(CLOCK_TOLERANCE) <= 0
        ? Diagnosis.good("clock", words.say("doctor.clock.good", CLOCK_TOLERANCE.toSeconds()))
        : Diagnosis.bad(
            "clock",
            words.say(
                hq.isBefore(asked) ? "doctor.clock.ahead" : "doctor.clock.behind",
                apart.toSeconds()),
            words.say("doctor.clock.do"));
  }

  /** Settings that are wrong have a line of their own. */
  private Config.Report timeouts() throws IOException {
    try {
      return Files.exists(home.configFile())
          ? ConfigFile.read(home.configFile(), "").config().report()
          : Config.DEFAULTS.report();
    } catch (ConfigException e) {
      return Config.DEFAULTS.report();
    }
  }
}
