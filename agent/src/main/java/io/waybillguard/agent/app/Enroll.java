package io.waybillguard.agent.app;

import io.waybillguard.agent.config.Config;
import io.waybillguard.agent.config.ConfigException;
import io.waybillguard.agent.config.ConfigFile;
import io.waybillguard.agent.event.Desk;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.EvidenceLog;
import io.waybillguard.agent.evidence.SigningKey;
import io.waybillguard.agent.report.Enroller;
import io.waybillguard.agent.report.Enrolment;
import io.waybillguard.agent.report.EnrolmentRefusedException;
import io.waybillguard.agent.report.HqProbe;
import io.waybillguard.agent.report.wire.EnrollRequest;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code enroll}: makes the keys and makes this PC known to HQ. Safe to repeat, and to run beside a
 * running agent.
 */
@Command(name = "enroll")
final class Enroll implements Action {
  /** The token is read from standard input. */
  private static final String FROM_STDIN = "-";

  private final Call call;

  @Option(names = "--hq", paramLabel = "URL", required = true)
  private String hq = "";

  @Option(names = "--token", paramLabel = "T", required = true)
  private String token = "";

  @Option(names = "--ca-sha256", paramLabel = "HEX")
  private @Nullable String caSha256;

  @Option(names = "--json")
  private boolean json;

  Enroll(Call call) {
    this.call = call;
  }

  /** The same with what an installer was told. */
  Enroll(Call call, EnrolFile told) {
    this.call = call;
    this.hq = told.hq();
    this.token = told.token();
    this.caSha256 = told.caSha256().isEmpty() ? null : told.caSha256();
  }

  @Override
  public boolean makesData() {
    return true;
  }

  @Override
  public Exit run() throws IOException, ConfigException, Refusal, InterruptedException {
    URI address = address();
    takeToken();
    String pin = caSha256;
    if (pin != null && !pin.matches("[0-9A-Fa-f]{64}")) {
      throw new Refusal(Exit.USAGE, "enroll.bad_ca", pin);
    }
    Path data = call.home().data();
    Config config = settings();
    makeLog(data, config);
    Optional<SigningKey> key = firstKey(data);
    Enrolment enrolment;
    if (key.isEmpty() && isTurnedAway(data, address, config)) {
      beginAnew(data, config);
      key = firstKey(data);
    }
    if (key.isPresent()) {
      enrolment =
          enrol(
              new Enroller(
                  data,
                  Os.here().secrets(),
                  config.report().connectTimeout(),
                  config.report().readTimeout()),
              address,
              Optional.ofNullable(pin),
              key.get());
    } else {
      enrolment = alreadyEnrolled(data, address);
    }
    print(enrolment);
    return Exit.DONE;
  }

  /** Every user of this PC sees the arguments of a program; none sees what it reads. */
  private void takeToken() throws IOException, Refusal {
    if (!token.equals(FROM_STDIN)) {
      return;
    }
    String line = call.terminal().readLine();
    if (line.isBlank()) {
      throw new Refusal(Exit.USAGE, "enroll.no_token_read");
    }
    token = line.strip();
  }

  private URI address() throws Refusal {
    try {
      URI address = new URI(hq);
      if ("https".equals(address.getScheme())
          && address.getHost() != null
          && (address.getPath() == null || address.getPath().length() <= 1)) {
        return new URI("https", null, address.getHost(), address.getPort(), null, null, null);
      }
    } catch (URISyntaxException e) {
      throw new Refusal(e, Exit.USAGE, "enroll.bad_hq", hq);
    }
    throw new Refusal(Exit.USAGE, "enroll.bad_hq", hq);
  }

  private Config settings() throws IOException, ConfigException {
    Path file = call.home().configFile();
    return (Files.exists(file)
            ? ConfigFile.read(file, call.home().shown(file))
            : ConfigFile.defaults())
        .config();
  }

  /** A PC that never ran the agent has no log yet. A running agent has one, and holds the lock. */
  private void makeLog(Path data, Config config) throws IOException {
    Optional<DataLock> lock = DataLock.take(data);
    if (lock.isEmpty()) {
      return;
    }
    try (DataLock held = lock.get()) {
      Ticker mono = new Ticker();
      EvidenceLog.Surroundings around =
          new EvidenceLog.Surroundings(
              InstantSource.system(),
              mono,
              "enroll",
              id -> {
                throw new IllegalStateException("enrolment writes no records");
              },
              Os.here().secrets());
      EvidenceLog.open(data, Agent.logSettings(config), around).close();
    }
  }

  /** Whether the HQ that this PC is enrolled with takes its certificate no more. */
  private static boolean isTurnedAway(Path data, URI address, Config config) throws IOException {
    Optional<Enrolment> known = Enrolment.load(data);
    if (known.isEmpty() || !known.get().hq().equals(address)) {
      return false;
    }
    try {
      return HqProbe.ask(
                  data,
                  Os.here().secrets(),
                  known.get(),
                  config.report().connectTimeout(),
                  config.report().readTimeout())
              .welcome()
          == HqProbe.Welcome.REFUSED;
    } catch (IOException e) {
      // An ended certificate ends the handshake too; HQ that is away is no reason to begin anew.
      return HqProbe.certificateEnds(known.get()).isBefore(InstantSource.system().instant());
    }
  }

  /**
   * The first key of a log that HQ has pinned is destroyed, and enrolment needs one: another log
   * begins, whose first record names the one that is set aside.
   */
  private void beginAnew(Path data, Config config) throws IOException, Refusal {
    Optional<DataLock> lock = DataLock.take(data);
    if (lock.isEmpty()) {
      throw new Refusal(Exit.UNAVAILABLE, "enroll.stop_first", data);
    }
    Machine machine = Machines.thisOne();
    String boot = UUID.randomUUID().toString();
    try (DataLock held = lock.get()) {
      EvidenceLog.Surroundings around =
          new EvidenceLog.Surroundings(
              InstantSource.system(),
              new Ticker(),
              boot,
              id ->
                  new Desk(
                      id,
                      "",
                      machine.hostname(),
                      machine.os(),
                      boot,
                      ZoneId.systemDefault(),
                      Version.current()),
              Os.here().secrets());
      EvidenceLog.open(data, Agent.logSettings(config), around)
          .succeeded(Optional.empty(), "enrolled anew: HQ took the certificate no more")
          .close();
    }
  }

  private static Optional<SigningKey> firstKey(Path data) throws IOException, Refusal {
    try {
      return EvidenceLog.firstKey(data, Os.here().secrets());
    } catch (EvidenceException e) {
      throw new Refusal(e, Exit.FAILED, "enroll.key_damaged", String.valueOf(e.getMessage()));
    }
  }

  private Enrolment enrol(Enroller enroller, URI address, Optional<String> pin, SigningKey key)
      throws IOException, Refusal {
    Machine machine = Machines.thisOne();
    EnrollRequest.Host host =
        new EnrollRequest.Host(
            machine.hostname(),
            (machine.os().name() + " " + machine.os().version()).strip(),
            Version.current());
    try {
      return enroller.enrol(address, token, pin, key, host);
    } catch (EnrolmentRefusedException e) {
      throw new Refusal(
          e,
          e.reason() == EnrolmentRefusedException.Reason.UNREACHABLE
              ? Exit.UNAVAILABLE
              : Exit.FAILED,
          "enroll.refused." + e.reason().name().toLowerCase(java.util.Locale.ROOT),
          address,
          String.valueOf(e.getMessage()));
    }
  }

  /**
   * The first key is destroyed once HQ has pinned the log, so there is nothing left to enrol with,
   * and no need to.
   */
  private Enrolment alreadyEnrolled(Path data, URI address) throws IOException, Refusal {
    Optional<Enrolment> known = Enrolment.load(data);
    if (known.isPresent() && known.get().hq().equals(address)) {
      return known.get();
    }
    throw new Refusal(
        Exit.FAILED, "enroll.elsewhere", known.map(e -> e.hq().toString()).orElse("?"));
  }

  private void print(Enrolment enrolment) {
    if (!json) {
      call.terminal().say("enroll.done", enrolment.hq(), enrolment.outlet(), enrolment.origin());
      return;
    }
    call.terminal()
        .json(
            Json.object()
                .put("hq", enrolment.hq().toString())
                .put("outlet", enrolment.outlet())
                .put("origin", enrolment.origin())
                .put("log_vkey", enrolment.log().toString())
                .put("witness_vkey", enrolment.witness().toString())
                .put("mirror_vkey", enrolment.mirror().toString())
                .put("command_vkey", enrolment.command().toString()));
  }
}
