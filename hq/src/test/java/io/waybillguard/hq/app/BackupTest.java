package io.waybillguard.hq.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.Leaf;
import io.waybillguard.agent.evidence.LogReader;
import io.waybillguard.agent.report.wire.EnrollReply;
import io.waybillguard.hq.store.ActRows;
import io.waybillguard.hq.store.Alarms;
import io.waybillguard.hq.store.Backup;
import io.waybillguard.hq.store.SegmentStore;
import io.waybillguard.hq.store.Segments;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A backup of a running HQ, put back on another machine. */
final class BackupTest {
  @TempDir private Path folder;
  private TestHq hq;
  private Desk desk;
  private EnrollReply reply;
  private TestHq.Client client;

  @BeforeEach
  void anHqThatHoldsRecords() throws Exception {
    Path data = folder.resolve("hq");
    Assumptions.assumeTrue(
        TestDatabase.url(data).isEmpty(),
        "SKIPPED: on PostgreSQL its own tools make backups; the command says so");
    hq = new TestHq(data);
    desk = new Desk().append("usb.attach", 5);
    reply =
        EnrollReply.decode(
            hq.stranger().post("/v1/enroll", desk.enrolment(hq.token("HZ-001")).encode()).body());
    client = hq.client(desk, reply);
    client.segment(desk, desk.segment(0, 3));
  }

  @AfterEach
  void end() throws Exception {
    if (hq != null) {
      hq.close();
    }
  }

  private Called called(InstantSource clock, String... args) {
    return Called.with(clock, "en", args);
  }

  private Path backup() {
    Path into = folder.resolve("backup");
    Called made = called(hq.clock(), "backup", into.toString(), "--data", hq.data().toString());
    assertEquals(0, made.exit(), made.err());
    assertTrue(made.out().startsWith("Backed up: 1 workstations, "), made.out());
    return into;
  }

  private Called restore(Path from, Path into) {
    return called(hq.clock(), "restore", from.toString(), "--data", into.toString());
  }

  @Test
  void whatWasBackedUpGoesOnElsewhereAndTheDeskBringsTheRest() throws Exception {
    Path backup = backup();
    // After the backup HQ witnesses more, and is lost.
    client.segment(desk, desk.segment(3, 5));
    assertEquals(5, hq.logs().state(desk.logId()).orElseThrow().mirror().size());
    hq.close();
    Path elsewhere = folder.resolve("elsewhere");
    Called restored = restore(backup, elsewhere);
    assertEquals(0, restored.exit(), restored.err());
    assertTrue(restored.out().contains("1 workstations"), restored.out());

    hq = new TestHq(elsewhere);
    assertEquals(3, hq.logs().state(desk.logId()).orElseThrow().mirror().size());
    List<Alarms.Alarm> notices = hq.alarms().newest(10);
    assertEquals(List.of(Alarms.Kind.RESTORED), notices.stream().map(Alarms.Alarm::kind).toList());
    TestHq.Client again = hq.client(desk, reply);
    assertEquals(200, again.segment(desk, desk.segment(3, 5)).statusCode());
    assertEquals(5, hq.logs().state(desk.logId()).orElseThrow().mirror().size());
    assertEquals(desk.head(5).root(), hq.logs().state(desk.logId()).orElseThrow().head().root());
    assertEquals(5, hq.records().count(desk.logId()));
  }

  @Test
  void hqsOwnLogIsNotContinuedBesideTheLostOneButNamedByANewOne() throws Exception {
    Path backup = backup();
    assertFalse(
        names(backup).stream().anyMatch(name -> name.matches("acts/.*(key|ballast).*")),
        names(backup).toString());
    hq.close();
    Path elsewhere = folder.resolve("elsewhere");
    assertEquals(0, restore(backup, elsewhere).exit());
    hq = new TestHq(elsewhere);
    try (LogReader acts = LogReader.open(elsewhere.resolve("acts").resolve("1"))) {
      assertEquals("log.recover", Leaf.parse(acts.leaf(0).orElseThrow()).type());
    }
  }

  @Test
  void whoMadeABackupIsWrittenDownBefore() throws Exception {
    backup();
    assertTrue(
        new ActRows(hq.database())
            .newest("", Instant.EPOCH, hq.started().plusSeconds(60), 10).stream()
                .anyMatch(act -> act.deed().equals("backup")));
  }

  @Test
  void aBackupThatIsNotWholeIsRefusedWithTheFileAndNothingIsWritten() throws Exception {
    Path backup = backup();
    Path segment =
        backup.resolve(
            names(backup).stream().filter(n -> n.endsWith(".seg")).findFirst().orElseThrow());
    byte[] bytes = Files.readAllBytes(segment);
    bytes[7] ^= 1;
    Files.write(segment, bytes);
    refused(backup, segment + " has SHA-256 ");
    Files.delete(segment);
    refused(backup, segment + " is not there");
    Files.delete(backup.resolve("SHA256SUMS"));
    refused(backup, backup.resolve("SHA256SUMS") + " is not there");
  }

  @Test
  void aListThatLeadsOutOfTheFolderIsRefused() throws Exception {
    Path backup = backup();
    Path list = backup.resolve("SHA256SUMS");
    Files.writeString(list, "0".repeat(64) + "  ../../etc/passwd\n");
    refused(backup, "has a line that is none");
  }

  private void refused(Path backup, String why) throws IOException {
    Path elsewhere = folder.resolve("elsewhere");
    Called refused = restore(backup, elsewhere);
    assertEquals(1, refused.exit());
    assertTrue(refused.err().contains(why), refused.err());
    assertEquals(1, refused.err().lines().count(), refused.err());
    assertTrue(Files.notExists(elsewhere));
  }

  @Test
  void nothingIsEverWrittenOverAnHqOrABackup() throws Exception {
    Path backup = backup();
    String before = Files.readString(backup.resolve("SHA256SUMS"));
    Called over = restore(backup, hq.data());
    assertEquals(2, over.exit());
    assertTrue(over.err().contains("may have witnessed more"), over.err());
    Called again = called(hq.clock(), "backup", backup.toString(), "--data", hq.data().toString());
    assertEquals(2, again.exit());
    assertEquals(before, Files.readString(backup.resolve("SHA256SUMS")));
  }

  @Test
  void aSegmentThatIsNowhereIsToldAndAllTheRestIsThere() throws Exception {
    client.segment(desk, desk.segment(3, 5));
    List<String> files = segments();
    assertTrue(hq.segments().destroy(files.get(0)));
    Path into = folder.resolve("backup");
    Called made = called(hq.clock(), "backup", into.toString(), "--data", hq.data().toString());
    assertEquals(1, made.exit());
    assertTrue(made.err().contains(files.get(0)), made.err());
    assertEquals(1, made.err().lines().count(), made.err());
    List<String> kept = names(into);
    assertFalse(kept.contains("segments/" + files.get(0)));
    assertTrue(kept.contains("segments/" + files.get(1)));
    assertEquals(0, restore(into, folder.resolve("elsewhere")).exit());
  }

  @Test
  void whatIsErasedWhileABackupIsMadeIsNotInItAndItsSegmentIs() throws Exception {
    Path into = folder.resolve("backup");
    String before = segments().get(0);
    Backup.About made =
        Backup.make(hq.data(), erasedAtFirstSight(), into, hq.clock().instant(), "a version");
    String after = segments().get(0);
    assertNotEquals(before, after);
    assertEquals(List.of(), made.lost());
    List<String> kept = names(into).stream().filter(n -> n.endsWith(".seg")).toList();
    assertEquals(List.of("segments/" + after), kept);
    hq.close();
    Path elsewhere = folder.resolve("elsewhere");
    assertEquals(0, restore(into, elsewhere).exit());
    hq = new TestHq(elsewhere);
    assertEquals(List.of(after), segments());
  }

  /** The segments of this HQ, whose record 0 is erased when the rows of a backup are copied. */
  private SegmentStore erasedAtFirstSight() {
    SegmentStore real = hq.segments();
    AtomicBoolean erased = new AtomicBoolean();
    return (SegmentStore)
        Proxy.newProxyInstance(
            SegmentStore.class.getClassLoader(),
            new Class<?>[] {SegmentStore.class},
            (self, method, arguments) -> {
              if (erased.compareAndSet(false, true)) {
                SortedSet<Long> first = new TreeSet<>(Set.of(0L));
                assertEquals(
                    first, hq.contents().erase(desk.logId(), first, hq.started()).erased());
              }
              try {
                return method.invoke(real, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private List<String> segments() throws EvidenceException {
    return new Segments(hq.database()).of(desk.logId()).stream().map(Segments.Row::file).toList();
  }

  @Test
  void onPostgresItsOwnToolsAreNamed() {
    Called refused =
        called(
            hq.clock(),
            "backup",
            folder.resolve("backup").toString(),
            "--database",
            "jdbc:postgresql://db.example/hq",
            "--data",
            hq.data().toString());
    assertEquals(2, refused.exit());
    assertTrue(refused.err().contains("pg_dump"), refused.err());
  }

  private static List<String> names(Path backup) throws IOException {
    try (Stream<String> lines = Files.lines(backup.resolve("SHA256SUMS"))) {
      return lines.map(line -> line.substring(66)).toList();
    }
  }
}
