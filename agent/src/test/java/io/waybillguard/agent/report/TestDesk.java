package io.waybillguard.agent.report;

import io.waybillguard.agent.event.Desk;
import io.waybillguard.agent.event.Event;
import io.waybillguard.agent.event.Span;
import io.waybillguard.agent.event.UsbAttached;
import io.waybillguard.agent.event.UsbDevice;
import io.waybillguard.agent.evidence.Erasure;
import io.waybillguard.agent.evidence.EvidenceLog;
import io.waybillguard.agent.evidence.LogClerk;
import io.waybillguard.agent.evidence.NoteSignature;
import io.waybillguard.agent.evidence.Secrets;
import io.waybillguard.agent.evidence.SignedNote;
import io.waybillguard.agent.evidence.TestLog;
import io.waybillguard.agent.report.wire.Heartbeat;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SortedSet;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;

/** A desk with a real log and a reporter, whose clock a test moves. One thread. */
public final class TestDesk implements LogClerk, AutoCloseable {
  public static final Instant NOON = Instant.parse("2026-06-12T04:00:00Z");

  private final Path data;
  private final Errands errands;
  private EvidenceLog log;
  private Reporter reporter;
  private final String boot = UUID.randomUUID().toString();
  private Instant now = NOON;
  private Duration wrong = Duration.ZERO;

  public TestDesk(Path data, Reporter.Connector hq) throws IOException {
    this(data, Errands.NONE, hq);
  }

  public TestDesk(Path data, Errands errands, Reporter.Connector hq) throws IOException {
    this.data = data;
    this.errands = errands;
    this.log = open();
    this.reporter = reporter(hq);
  }

  private EvidenceLog open() throws IOException {
    EvidenceLog.Settings settings =
        new EvidenceLog.Settings(
            "desk.example",
            Duration.ofMinutes(1),
            256,
            Duration.ofDays(1),
            4096,
            Duration.ofHours(1),
            TestLog.RETENTION);
    return EvidenceLog.open(
        data, settings, new EvidenceLog.Surroundings(clock(), this::micros, "boot", this::desk));
  }

  private Reporter reporter(Reporter.Connector hq) {
    Reporter.Rhythm rhythm =
        new Reporter.Rhythm(
            Duration.ofMinutes(30),
            Duration.ofMinutes(5),
            Duration.ofSeconds(10),
            Duration.ofSeconds(60),
            Duration.ofMinutes(15));
    return new Reporter(
        data,
        Secrets.PLAIN,
        this,
        rhythm,
        this::heartbeat,
        clock(),
        this::micros,
        new Random(42),
        errands,
        Policies.NONE,
        hq);
  }

  private InstantSource clock() {
    return () -> now.plus(wrong);
  }

  /** Somebody moves the desk's wall clock; the monotonic clock goes on. */
  public void setClock(Duration by) {
    wrong = wrong.plus(by);
  }

  private long micros() {
    return Duration.between(NOON, now).toNanos() / 1000;
  }

  private Desk desk(String id) {
    return new Desk(
        id,
        "0571-001",
        "desk-3",
        new Desk.Os(200, "Debian", "12"),
        "boot",
        ZoneOffset.ofHours(8),
        "0.1.0");
  }

  private Heartbeat heartbeat(String origin, long size, String root, long witnessed) {
    return new Heartbeat(
        origin, size, root, witnessed, "0.1.0", "", 1 << 30, boot, clock().millis(), micros());
  }

  public Path data() {
    return data;
  }

  public EvidenceLog log() {
    return log;
  }

  public Reporter reporter() {
    return reporter;
  }

  public void pass(Duration time) {
    now = now.plus(time);
  }

  /**
   * The agent is killed and started again: what was committed is there, the reporter knows nothing.
   */
  public void restart(Reporter.Connector hq) throws IOException {
    log.close();
    reporter.end();
    log = open();
    reporter = reporter(hq);
    if (log.isPinned()) {
      log.changeKey();
    }
  }

  /** Writes so many routine records, sealed as the cadence has it. */
  public void work(int records) throws IOException {
    for (int i = 0; i < records; i++) {
      log.append(stick("SER" + i));
      if (i % 16 == 15) {
        log.commit();
      }
    }
    log.commit();
  }

  public Event stick(String serial) {
    UsbDevice device =
        new UsbDevice(
            "1-2",
            "0781",
            "5567",
            serial,
            "SanDisk",
            "Cruzer Blade",
            List.of("08/06/50"),
            "p-" + serial);
    return new UsbAttached(clock().instant(), device, false);
  }

  /**
   * Steps the reporter until it has nothing to do, at most so often; what it throws it is told of,
   * as its runner would.
   */
  public void report(int mostSteps) throws Exception {
    reporter.hurry();
    for (int i = 0; i < mostSteps; i++) {
      try {
        if (reporter.step() == 0) {
          return;
        }
      } catch (Exception e) {
        pass(Duration.ofMillis(reporter.failed(e)));
      }
    }
  }

  // -- the log's writer, on the same thread ------------------------------------------------------

  private static <T> CompletableFuture<T> now(Callable<T> work) {
    try {
      return CompletableFuture.completedFuture(work.call());
    } catch (Exception e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  @Override
  public CompletableFuture<Long> seal() {
    return now(
        () -> {
          log.seal();
          return log.sealedSize();
        });
  }

  @Override
  public CompletableFuture<Long> accept(
      EvidenceLog.Witness witness, long size, NoteSignature line) {
    return now(
        () -> {
          log.accept(witness, size, line);
          return size;
        });
  }

  @Override
  public CompletableFuture<Long> record(Event event) {
    return now(
        () -> {
          long seq = log.append(event);
          log.commit();
          return seq;
        });
  }

  @Override
  public CompletableFuture<String> succeed(SignedNote atHq, String why) {
    return now(
        () -> {
          log = log.succeeded(Optional.of(atHq), why);
          return log.origin();
        });
  }

  @Override
  public CompletableFuture<byte[]> attest(byte[] statement) {
    return now(() -> log.attest(statement));
  }

  @Override
  public CompletableFuture<Boolean> hold(String caseNo, Span records) {
    return now(() -> log.hold(caseNo, records));
  }

  @Override
  public CompletableFuture<Boolean> release(String caseNo, Span records) {
    return now(() -> log.release(caseNo, records));
  }

  @Override
  public CompletableFuture<Long> changeKey() {
    return now(
        () -> {
          log.changeKey();
          return log.keys().last().number();
        });
  }

  @Override
  public CompletableFuture<Erasure> erase(SortedSet<Long> records, String request) {
    return now(() -> log.erase(records, request));
  }

  @Override
  public void close() throws IOException {
    log.close();
    reporter.end();
  }
}
