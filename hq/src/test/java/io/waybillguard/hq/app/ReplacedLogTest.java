package io.waybillguard.hq.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.evidence.Checkpoint;
import io.waybillguard.agent.evidence.EvidenceLog;
import io.waybillguard.agent.evidence.Leaf;
import io.waybillguard.agent.evidence.LogReader;
import io.waybillguard.agent.report.Enroller;
import io.waybillguard.agent.report.Enrolment;
import io.waybillguard.agent.report.Reporter;
import io.waybillguard.agent.report.TestDesk;
import io.waybillguard.agent.report.wire.EnrollRequest;
import io.waybillguard.hq.fleet.Fleet;
import io.waybillguard.hq.fleet.State;
import io.waybillguard.hq.store.Alarms;
import io.waybillguard.hq.store.Generations;
import io.waybillguard.hq.store.Workstation;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The agent's own log and reporter over HTTPS against a real HQ, while somebody puts copies of its
 * data folder back, beside it, or damages it.
 */
final class ReplacedLogTest {
  /** HQ asks for a heartbeat within one and a half of its 5 minutes; a desk adds up to a fifth. */
  private static final Duration UNTIL_THE_NEXT = Duration.ofMinutes(10);

  private static final Reporter.Rhythm RHYTHM =
      new Reporter.Rhythm(
          Duration.ofMinutes(30),
          Duration.ofMinutes(5),
          Duration.ofSeconds(10),
          Duration.ofSeconds(60),
          Duration.ofMinutes(15));

  @TempDir private Path folder;
  private TestHq hq;
  private Path data;
  private TestDesk desk;
  private String first;

  @BeforeEach
  void aDeskThatReports() throws Exception {
    hq = new TestHq(folder.resolve("hq"));
    hq.pass(Duration.ofDays(-61));
    data = folder.resolve("desk");
    desk = open(data);
    enrol("HZ-001");
    first = desk.log().logId();
    hq.pass(Duration.ofDays(61));
    desk.work(10);
  }

  @AfterEach
  void end() throws Exception {
    desk.close();
    hq.close();
  }

  @Test
  void anOlderCopyWithItsKeysIsSeenAtOnceAndANewLogGoesOn() throws Exception {
    report(desk);
    final Path copy = copied(data, "copy");
    desk.work(20);
    report(desk);
    final long atHq = head(first).size();
    putBack(copy);
    report(desk);

    assertEquals(1, hq.alarms().of(first, 10).size());
    assertEquals(Alarms.Kind.ROLLED_BACK, hq.alarms().of(first, 10).get(0).kind());
    assertEquals(Reporter.Link.CONNECTED, desk.reporter().state().link());
    String second = desk.log().logId();
    assertEquals(List.of(first, second), line(first));
    Leaf recover = leaf(0);
    assertEquals("log.recover", recover.type());
    assertEquals(atHq, recover.fields().number("size"));
    assertEquals(head(first).root().base64(), recover.fields().text("root"));
    assertEquals(head(first).origin(), recover.fields().text("old"));
    assertEquals(atHq, head(first).size(), "what HQ holds of the log before is as it was");
    assertEquals(State.ROLLED_BACK, standing(second));

    // It goes on as any other log, and the copy that was put back is there whole.
    desk.work(5);
    report(desk);
    assertEquals(desk.log().durableSize(), head(second).size());
    try (Stream<Path> aside = Files.list(data).filter(p -> p.toString().contains("set-aside"))) {
      Path whole = aside.findFirst().orElseThrow();
      for (String each : List.of("evidence.db", "head-at-hq", "keys")) {
        assertTrue(Files.exists(whole.resolve(each)), each);
      }
    }
  }

  @Test
  void anOlderDatabaseWithoutItsKeysIsSetAsideAndSeenWithinOneReport() throws Exception {
    report(desk);
    desk.log().changeKey();
    final Path copy = copied(data, "copy");
    desk.log().changeKey();
    desk.work(20);
    report(desk);
    desk.close();
    for (String each : List.of("evidence.db", "evidence.db-wal", "evidence.db-shm")) {
      Files.deleteIfExists(data.resolve(each));
      if (Files.exists(copy.resolve(each))) {
        Files.copy(copy.resolve(each), data.resolve(each));
      }
    }
    desk = open(data);
    report(desk);
    assertNotEquals(first, desk.log().logId());
    assertEquals(List.of(first, desk.log().logId()), line(first));
    assertEquals(1, hq.alarms().open());
    assertEquals(desk.log().durableSize(), head(desk.log().logId()).size());
  }

  @Test
  void aCopyFromBeforeAnythingWasCosignedIsSeenToo() throws Exception {
    final Path copy = copied(data, "copy");
    desk.work(20);
    report(desk);
    putBack(copy);
    report(desk);
    assertEquals(Alarms.Kind.ROLLED_BACK, hq.alarms().of(first, 10).get(0).kind());
    assertEquals(2, line(first).size());
  }

  /** The limit: what nobody has witnessed can be taken back unseen, and verification says so. */
  @Test
  void whatWasNeverReportedIsPutBackUnseen() throws Exception {
    report(desk);
    final Path copy = copied(data, "copy");
    desk.work(20);
    putBack(copy);
    desk.work(3);
    report(desk);
    assertEquals(0, hq.alarms().open());
    assertEquals(State.LIVE, standing(first));
  }

  @Test
  void aCopyThatOutgrewWhatHqHoldsIsAForkThatSomebodyHasToLookAt() throws Exception {
    report(desk);
    final Path copy = copied(data, "copy");
    desk.work(5);
    report(desk);
    putBack(copy);
    desk.work(40);
    report(desk);
    assertEquals(Reporter.Link.FORKED, desk.reporter().state().link());
    assertEquals(State.FORKED, standing(first));
    Alarms.Alarm alarm = hq.alarms().of(first, 10).get(0);
    assertTrue(alarm.note().isPresent() && alarm.held().isPresent(), "both notes are kept");
    next();
    assertEquals(1, line(first).size(), "no new log while it is restricted");

    clear(first);
    next();
    report(desk);
    assertEquals(2, line(first).size());
    assertEquals(Reporter.Link.CONNECTED, desk.reporter().state().link());
    assertEquals(State.LIVE, standing(desk.log().logId()));
  }

  @Test
  void aCloneIsSeenWhenBothHaveReported() throws Exception {
    report(desk);
    TestDesk clone = open(copied(data, "clone"));
    try {
      clone.work(2);
      report(clone);
      desk.work(3);
      report(desk);
      assertTrue(
          List.of(State.CLONED, State.FORKED).contains(standing(first)), "" + standing(first));
      assertTrue(hq.alarms().open() > 0);
      hq.pass(UNTIL_THE_NEXT);
      clone.pass(UNTIL_THE_NEXT);
      report(clone);
      hq.pass(UNTIL_THE_NEXT);
      desk.pass(UNTIL_THE_NEXT.multipliedBy(2));
      report(desk);
      assertTrue(hq.alarms().count(Alarms.Kind.CLONED) > 0);
    } finally {
      clone.close();
    }
  }

  @Test
  void aDamagedLogGoesOnAsANewOneWithoutAToken() throws Exception {
    report(desk);
    desk.close();
    byte[] page = new byte[4096];
    Files.deleteIfExists(data.resolve("evidence.db-wal"));
    try (var file = Files.newByteChannel(data.resolve("evidence.db"), StandardOpenOption.WRITE)) {
      file.write(ByteBuffer.wrap(page));
    }
    desk = open(data);
    desk.work(4);
    report(desk);
    assertEquals(2, line(first).size());
    assertEquals(1, hq.alarms().count(Alarms.Kind.LOG_REPLACED));
    assertEquals(Reporter.Link.CONNECTED, desk.reporter().state().link());
  }

  @Test
  void aCertificateNearItsEndIsRenewedWithinOneHeartbeat() throws Exception {
    final List<String> before = Enrolment.load(data).orElseThrow().chain();
    report(desk);
    List<String> after = Enrolment.load(data).orElseThrow().chain();
    assertNotEquals(before.get(0), after.get(0));
    assertFalse(Files.exists(data.resolve("keys/tls-next.key")));
    desk.work(2);
    next();
    report(desk);
    assertEquals(desk.log().durableSize(), head(first).size());
    // And from the files alone, as after a restart.
    desk.close();
    desk = open(data);
    desk.work(2);
    report(desk);
    assertEquals(Reporter.Link.CONNECTED, desk.reporter().state().link());
    assertEquals(desk.log().durableSize(), head(first).size());
  }

  @Test
  void aRevokedDeskSaysSoGoesOnLoggingAndComesBackWithAToken() throws Exception {
    report(desk);
    Called done =
        Called.with(
            hq.clock(),
            "zh",
            "workstation",
            "revoke",
            first,
            "--reason",
            "电脑丢了",
            "--data",
            hq.data().toString());
    assertEquals(0, done.exit(), done.err());
    desk.work(7);
    next();
    assertEquals(Reporter.Link.REVOKED, desk.reporter().state().link());
    desk.work(3);
    enrol("HZ-002");
    report(desk);
    assertEquals(Reporter.Link.CONNECTED, desk.reporter().state().link());
    assertEquals(desk.log().durableSize(), head(first).size());
    assertEquals("HZ-002", hq.logs().workstation(first).orElseThrow().outlet());
  }

  @Test
  void aClockThatIsSetBackYearsDelaysNoReport() throws Exception {
    report(desk);
    for (Duration jump :
        List.of(Duration.ofDays(-3653), Duration.ofDays(7306), Duration.ofDays(-20_600))) {
      desk.setClock(jump);
      desk.work(2);
      next();
      report(desk);
      assertEquals(desk.log().durableSize(), head(first).size(), "after a jump of " + jump);
      assertEquals(Reporter.Link.CONNECTED, desk.reporter().state().link());
    }
  }

  // --------------------------------------------------------------------------------------------

  private TestDesk open(Path at) throws IOException {
    return new TestDesk(at, Reporter.overHttps(at, RHYTHM));
  }

  private void enrol(String outlet) throws Exception {
    new Enroller(data, Duration.ofSeconds(10), Duration.ofSeconds(60))
        .enrol(
            URI.create(hq.running().agentUrl()),
            hq.token(outlet),
            Optional.empty(),
            EvidenceLog.firstKey(data).orElseThrow(),
            new EnrollRequest.Host("台-3", "Debian GNU/Linux 12", "0.1.0"));
  }

  private static void report(TestDesk which) throws Exception {
    which.report(40);
  }

  /** The next heartbeat, and what follows from it. */
  private void next() throws Exception {
    hq.pass(UNTIL_THE_NEXT);
    desk.pass(UNTIL_THE_NEXT);
    desk.report(12);
  }

  private void putBack(Path copy) throws IOException {
    desk.close();
    delete(data);
    copy(copy, data);
    desk = open(data);
  }

  private Path copied(Path from, String name) throws IOException {
    Path to = folder.resolve(name);
    copy(from, to);
    return to;
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path each : all.toList()) {
        Files.copy(each, to.resolve(from.relativize(each)));
      }
    }
  }

  private static void delete(Path what) throws IOException {
    try (Stream<Path> all = Files.walk(what)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
  }

  private void clear(String log) {
    Called done =
        Called.with(
            hq.clock(),
            "en",
            "workstation",
            "clear",
            log,
            "--reason",
            "looked",
            "--data",
            hq.data().toString());
    assertEquals(0, done.exit(), done.err());
  }

  private Checkpoint head(String log) {
    return hq.logs().state(log).orElseThrow().head();
  }

  private State standing(String log) {
    return new Fleet(hq.database(), hq.clock()).find(log).orElseThrow().state();
  }

  private List<String> line(String log) {
    return new Generations(hq.database()).line(log).stream().map(Workstation::log).toList();
  }

  private Leaf leaf(long index) throws Exception {
    try (LogReader log = LogReader.open(data)) {
      return Leaf.parse(log.leaf(index).orElseThrow());
    }
  }
}
