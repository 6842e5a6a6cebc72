package io.waybillguard.agent.evidence;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.waybillguard.agent.HandClock;
import io.waybillguard.agent.Seen;
import io.waybillguard.agent.event.BodyClass;
import io.waybillguard.agent.event.Desk;
import io.waybillguard.agent.event.Event;
import io.waybillguard.agent.event.Urgency;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An evidence log in a real folder, with clocks that are moved by hand and the keys of an HQ that
 * cosigns when told.
 */
public final class TestLog implements AutoCloseable {
  public static final Instant NOON = Instant.parse("2026-06-12T04:31:00Z");
  public static final String DOMAIN = "evidence.example.com";

  /** As the agent is delivered, but without a reserve on the disk. */
  public static final Retention RETENTION =
      new Retention(Duration.ofDays(30), Duration.ofDays(180), Duration.ofDays(1095), 2L << 30, 0);

  /** As the agent is delivered. */
  public static final EvidenceLog.Settings SETTINGS = settings(RETENTION);

  static EvidenceLog.Settings settings(Retention retention) {
    return new EvidenceLog.Settings(
        DOMAIN,
        Duration.ofSeconds(60),
        256,
        Duration.ofHours(24),
        4096,
        Duration.ofHours(1),
        retention);
  }

  /** Accepts a routine record whose content is of another class than it would be. */
  public static void append(EvidenceLog log, Event event, BodyClass bodyClass) throws IOException {
    log.append(event, Urgency.ROUTINE, bodyClass);
  }

  /** HQ's head key. */
  public static final SigningKey HEAD = SeededKey.cosigner("hq.example.com/head", "head");

  /** HQ's mirror key. */
  public static final SigningKey MIRROR = SeededKey.cosigner("hq.example.com/mirror", "mirror");

  private final Path folder;
  private final HandClock clock;
  private final EvidenceLog.Settings settings;
  private EvidenceLog log;

  private TestLog(Path folder, HandClock clock, EvidenceLog.Settings settings) throws IOException {
    this.folder = folder;
    this.clock = clock;
    this.settings = settings;
    this.log = opened();
  }

  /** Opens or makes the log in this folder, at noon. */
  public static TestLog in(Path folder) throws IOException {
    return in(folder, RETENTION);
  }

  /** As {@link #in(Path)}, where records are kept otherwise. */
  public static TestLog in(Path folder, Retention retention) throws IOException {
    return new TestLog(folder, new HandClock(NOON), settings(retention));
  }

  private EvidenceLog opened() throws IOException {
    return EvidenceLog.open(folder, settings, around(clock));
  }

  /** A desk in Shanghai whose clocks are these. */
  public static EvidenceLog.Surroundings around(HandClock clock) {
    return new EvidenceLog.Surroundings(
        clock, clock::micros, "6f1c0f0e-0000-4000-8000-000000000001", TestLog::desk);
  }

  private static Desk desk(String logId) {
    return new Desk(
        logId,
        "SH-0021",
        "desk-1",
        new Desk.Os(200, "Debian GNU/Linux", "12"),
        "6f1c0f0e-0000-4000-8000-000000000001",
        ZoneId.of("Asia/Shanghai"),
        "0.1.0");
  }

  public EvidenceLog log() {
    return log;
  }

  public HandClock clock() {
    return clock;
  }

  public Path folder() {
    return folder;
  }

  Path file() {
    return folder.resolve(EvidenceLog.FILE);
  }

  Path keyFile(long epoch) {
    return folder.resolve("keys").resolve("epoch-" + epoch + ".key");
  }

  /** Ends this opening of the log and begins another, as a clean restart does. */
  void reopen() throws IOException {
    log.close();
    log = opened();
  }

  /** Accepts records that can wait, without committing them. */
  void accept(int records) throws IOException {
    for (int i = 0; i < records; i++) {
      log.append(Seen.attached(clock.instant(), "S" + clock.micros() + "-" + i), Urgency.ROUTINE);
    }
  }

  /** Accepts and commits records that can wait. */
  public TestLog add(int records) throws IOException {
    accept(records);
    log.commit();
    return this;
  }

  /** Seals what is there. */
  public TestLog seal() throws IOException {
    log.seal();
    return this;
  }

  /** Ends the epoch. */
  public TestLog changeKey() throws IOException {
    log.changeKey();
    return this;
  }

  /** Seals, and HQ puts its name to the head; the key changes only when the log says so. */
  public TestLog cosign(EvidenceLog.Witness witness) throws IOException {
    log.seal();
    SigningKey key = witness == EvidenceLog.Witness.HEAD ? HEAD : MIRROR;
    long size = log.sealedSize();
    String text = note(size).text();
    log.accept(witness, size, key.cosign(text, clock.instant()));
    return this;
  }

  /** The key that HQ kept at enrolment. */
  public VerifierKey firstKey() {
    return log.keys().epochs().get(0).key();
  }

  /** What a verifier knows that knows all. */
  public Pins pins() {
    return new Pins(Optional.of(firstKey()), List.of(HEAD.verifier(), MIRROR.verifier()));
  }

  /** What a verifier knows that knows all, of the log whose first key this is. */
  static Pins pins(VerifierKey first) {
    return new Pins(Optional.of(first), List.of(HEAD.verifier(), MIRROR.verifier()));
  }

  /** What a verifier knows when HQ never saw the log. */
  public Pins firstKeyOnly() {
    return new Pins(Optional.of(firstKey()), List.of());
  }

  /** Something to ask of a reader. */
  public interface Question<T> {
    T of(LogReader reader) throws IOException;
  }

  /** Opens a reader beside the writer, asks, and closes it. */
  public <T> T read(Question<T> question) throws IOException {
    try (LogReader reader = LogReader.open(folder)) {
      return question.of(reader);
    }
  }

  /** The kept checkpoint of this size. */
  public SignedNote note(long size) throws IOException {
    SignedNote note =
        read(reader -> Optional.ofNullable(reader.checkpoints(size, size).get(size))).orElse(null);
    if (note == null) {
      throw new AssertionError("no checkpoint of size " + size + " is kept");
    }
    return note;
  }

  /** Checks the whole log. */
  public Verdict verify(Pins pins) throws IOException {
    return read(reader -> LogVerifier.verify(reader, pins, done -> {}));
  }

  /** Fails unless the whole log holds. */
  public TestLog assertSound() throws IOException {
    Verdict verdict = verify(firstKeyOnly());
    assertEquals(List.of(), verdict.refused());
    assertEquals("ok", read(LogReader::integrity));
    return this;
  }

  /** The types of all records that are there, in order. */
  List<String> types() throws IOException {
    return read(
        reader -> {
          List<String> types = new ArrayList<>();
          try {
            for (long i = 0; i < reader.size(); i++) {
              reader.entry(i).ifPresent(entry -> types.add(entry.type()));
            }
          } catch (EvidenceException e) {
            throw new AssertionError(e);
          }
          return types;
        });
  }

  // -- what an administrator can do ------------------------------------------------------------

  /** Runs SQL on the log's file as somebody with full rights would, guards dropped. */
  public static void sql(Path file, String... statements) {
    try (Connection c = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement s = c.createStatement()) {
      // Nobody pulls the plug here, so there is nothing to wait for the disk for.
      s.execute("PRAGMA synchronous=OFF");
      s.execute("BEGIN");
      List<String> guards = new ArrayList<>();
      try (ResultSet r = s.executeQuery("SELECT name FROM sqlite_schema WHERE type='trigger'")) {
        while (r.next()) {
          guards.add(r.getString(1));
        }
      }
      for (String guard : guards) {
        s.execute("DROP TRIGGER " + guard);
      }
      for (String each : statements) {
        s.execute(each);
      }
      s.execute("COMMIT");
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  /** Copies a folder with all that is in it, as it is on disk at this moment. */
  public static Path copy(Path from, Path to) throws IOException {
    Files.walkFileTree(
        from,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes a)
              throws IOException {
            Files.createDirectories(to.resolve(from.relativize(dir).toString()));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes a) throws IOException {
            Files.copy(file, to.resolve(from.relativize(file).toString()));
            return FileVisitResult.CONTINUE;
          }
        });
    return to;
  }

  @Override
  public void close() {
    try {
      log.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
