package io.waybillguard.agent.report;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.evidence.LogReader;
import io.waybillguard.agent.evidence.LogVerifier;
import io.waybillguard.agent.evidence.Pins;
import io.waybillguard.agent.evidence.Verdict;
import io.waybillguard.agent.report.wire.RemovalAnchor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ReporterTest {
  @TempDir Path folder;
  private FakeHq hq;
  private TestDesk desk;

  @BeforeEach
  void aDeskThatIsEnrolled() throws Exception {
    desk = new TestDesk(folder.resolve("data"), e -> hq);
    hq = new FakeHq(desk.log().keys().epochs().get(0).key());
    hq.enrolment(desk.log().origin()).save(desk.data());
  }

  @AfterEach
  void end() throws Exception {
    desk.close();
  }

  /**
   * HQ holds exactly the log's records up to where it signed for them, each once, in order; and the
   * log still holds.
   */
  private void assertHeldOnceInOrder() throws Exception {
    try (LogReader log = LogReader.open(desk.data())) {
      long held = log.witnessedSize();
      assertEquals(held, hq.leaves.size());
      for (int i = 0; i < held; i++) {
        assertArrayEquals(log.leaf(i).orElseThrow(), hq.leaves.get(i), "record " + i);
      }
      Enrolment enrolment = Enrolment.load(desk.data()).orElseThrow();
      Pins pins = new Pins(Optional.empty(), List.of(enrolment.witness(), enrolment.mirror()));
      Verdict verdict = LogVerifier.verify(log, pins, n -> {});
      assertEquals(List.of(), verdict.refused());
    }
  }

  @Test
  void theHeadGoesFirstAndTheRecordsFollow() throws Exception {
    desk.work(20);
    desk.report(10);
    assertEquals(List.of("heartbeat", "add-checkpoint", "segments"), hq.asked);
    assertEquals(Reporter.Link.CONNECTED, desk.reporter().state().link());
    try (LogReader log = LogReader.open(desk.data())) {
      assertEquals(20, log.pinnedSize());
      assertEquals(20, log.witnessedSize());
    }
    assertHeldOnceInOrder();
  }

  @Test
  void whatRemovalCodesAreCheckedByIsKeptAndReplacedWhenHqTellsOfAnother() throws Exception {
    byte[] secret = {1};
    for (long era : new long[] {56, 57}) {
      hq.removal = List.of(RemovalAnchor.of(secret, desk.log().origin(), era));
      desk.work(1);
      desk.pass(Duration.ofMinutes(10));
      desk.report(10);
      RemovalAnchors kept = RemovalAnchors.load(desk.data());
      assertEquals(new RemovalAnchors(desk.log().origin(), hq.removal), kept);
    }
    hq.removal = List.of();
    desk.pass(Duration.ofMinutes(10));
    desk.report(10);
    assertEquals(57, RemovalAnchors.load(desk.data()).anchors().get(0).era(), "an older HQ");
  }

  @Test
  void aDeskThatIsNotEnrolledWaitsAndReportsOnceItIs() throws Exception {
    Files.delete(Enrolment.file(desk.data()));
    desk.work(3);
    assertEquals(0, desk.reporter().step());
    assertEquals(Reporter.Link.NOT_ENROLLED, desk.reporter().state().link());
    hq.enrolment(desk.log().origin()).save(desk.data());
    desk.report(10);
    assertEquals(3, hq.leaves.size());
  }

  @Test
  void hqAwayForAMonthLosesNothingAndDoublesNothing() throws Exception {
    desk.work(5);
    desk.report(10);
    hq.away = true;
    for (int day = 0; day < 30; day++) {
      desk.pass(Duration.ofDays(1));
      desk.work(40);
      desk.report(5);
      assertEquals(Reporter.Link.AWAY, desk.reporter().state().link());
    }
    hq.away = false;
    desk.report(200);
    try (LogReader log = LogReader.open(desk.data())) {
      assertTrue(log.witnessedSize() >= 5 + 30 * 40, "held " + log.witnessedSize());
    }
    assertHeldOnceInOrder();
  }

  @Test
  void anAnswerThatGetsLostIsAskedForAgain() throws Exception {
    desk.work(30);
    hq.losesAnswers = true;
    desk.report(8);
    hq.losesAnswers = false;
    desk.report(20);
    assertHeldOnceInOrder();
    assertEquals(Reporter.Link.CONNECTED, desk.reporter().state().link());
  }

  @Test
  void aCosignatureThatDoesNotHoldIsNoAcknowledgement() throws Exception {
    desk.work(10);
    hq.lies = true;
    desk.report(6);
    try (LogReader log = LogReader.open(desk.data())) {
      assertEquals(0, log.pinnedSize());
      assertEquals(0, log.witnessedSize());
    }
  }

  @Test
  void keysThatChangedWhileHqWasAwayAreTaughtBeforeTheHead() throws Exception {
    desk.work(5);
    desk.report(10);
    hq.away = true;
    for (int start = 0; start < 3; start++) {
      desk.restart(e -> hq);
      desk.work(7);
    }
    hq.away = false;
    desk.report(60);
    assertTrue(hq.asked.contains("keys"), () -> "asked: " + hq.asked);
    assertEquals(Reporter.Link.CONNECTED, desk.reporter().state().link());
    assertHeldOnceInOrder();
  }

  @Test
  void aSegmentThatHqFindsTooLargeIsHalvedUntilItFits() throws Exception {
    hq.mostLeaves = 40;
    desk.work(200);
    desk.report(60);
    assertHeldOnceInOrder();
    assertEquals(200, hq.leaves.size());
  }

  @Test
  void hashesThatTheBodiesGiveDoNotTravel() throws Exception {
    desk.work(200);
    desk.report(60);
    assertEquals(Set.of(Transport.Body.LEAN_SEGMENT), Set.copyOf(hq.kinds));
    assertHeldOnceInOrder();
  }

  @Test
  void anHqThatIsOlderGetsEveryHash() throws Exception {
    hq.old = true;
    desk.work(200);
    desk.report(60);
    assertEquals(Set.of(Transport.Body.SEGMENT), Set.copyOf(hq.kinds));
    assertEquals(200, hq.leaves.size());
    assertHeldOnceInOrder();
  }

  @Test
  void aLogThatWasPutBackIsNotReportedAsIfNothingHadHappened() throws Exception {
    desk.work(10);
    desk.log().seal();
    Path copy = folder.resolve("copy.db");
    desk.log().close();
    Files.copy(desk.data().resolve("evidence.db"), copy);
    desk.restart(e -> hq);
    desk.work(10);
    desk.report(20);
    final int before = hq.leaves.size();

    desk.close();
    Files.deleteIfExists(desk.data().resolve("evidence.db-wal"));
    Files.copy(
        copy,
        desk.data().resolve("evidence.db"),
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    desk = new TestDesk(desk.data(), e -> hq);
    desk.report(10);
    assertTrue(
        desk.reporter().state().link() == Reporter.Link.ROLLED_BACK
            || desk.reporter().state().link() == Reporter.Link.REFUSED,
        () -> "state: " + desk.reporter().state());
    assertEquals(before, hq.leaves.size());
  }

  @Test
  void afterARestartTheReporterGoesOnWhereHqHasSigned() throws Exception {
    desk.work(12);
    desk.report(10);
    hq.asked.clear();
    desk.restart(e -> hq);
    desk.work(4);
    desk.report(20);
    assertHeldOnceInOrder();
    // 12 records, the hand-over at the restart, 4 records; nothing was sent twice to get there.
    assertEquals(17, hq.leaves.size());
    assertEquals(
        2, hq.asked.stream().filter("segments"::equals).count(), () -> "asked: " + hq.asked);
  }
}
