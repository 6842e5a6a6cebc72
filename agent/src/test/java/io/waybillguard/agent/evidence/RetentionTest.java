package io.waybillguard.agent.evidence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.Seen;
import io.waybillguard.agent.SmallDisk;
import io.waybillguard.agent.event.AgentStopped;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.Span;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What goes when its time has come or the room runs out, and that the rest is proved as before. */
final class RetentionTest {
  private static final Duration ROUND = Duration.ofMinutes(73);

  @TempDir Path folder;

  private static Retention keeping(long diskCap, long ballast) {
    Retention usual = TestLog.RETENTION;
    return new Retention(usual.personal(), usual.technical(), usual.leaf(), diskCap, ballast);
  }

  private static void tidy(TestLog desk) throws IOException {
    desk.clock().pass(ROUND);
    while (desk.log().tidy()) {
      desk.clock().pass(Duration.ofMillis(1));
    }
  }

  private static List<Long> leaves(TestLog desk) throws IOException {
    return desk.read(
        reader -> {
          List<Long> there = new ArrayList<>();
          for (long i = 0; i < reader.size(); i++) {
            if (reader.leaf(i).isPresent()) {
              there.add(i);
            }
          }
          return there;
        });
  }

  // -- records ---------------------------------------------------------------------------------

  @Test
  void recordsGoAfterThreeYearsAndTheRestIsProvedAsBefore() throws Exception {
    try (TestLog desk = TestLog.in(folder.resolve("data"))) {
      desk.add(300).changeKey().add(100).cosign(EvidenceLog.Witness.MIRROR);
      long old = desk.log().sealedSize();
      desk.log().hold("HZ-1", new Span(40, 43));
      Set<Long> hashes = keyRecords(desk);
      desk.clock().pass(Duration.ofDays(1096));
      desk.add(50).cosign(EvidenceLog.Witness.MIRROR);
      tidy(desk);
      Set<Long> expected = new HashSet<>(hashes);
      expected.addAll(List.of(40L, 41L, 42L));
      LongStream.range(old, desk.log().durableSize()).forEach(expected::add);
      assertEquals(expected, new HashSet<>(leaves(desk)));
      assertEquals(old, desk.read(LogReader::prunedBelow));

      Verdict verdict = desk.verify(desk.pins());
      assertEquals(List.of(), verdict.refused());
      assertTrue(
          verdict.notProved().stream().anyMatch(s -> s.key().equals("records_pruned")),
          String.valueOf(verdict.notProved()));
      assertEquals(List.of(), desk.read(r -> r.bodies(17)));
      assertEquals(1, desk.read(r -> r.bodies(41)).size(), "what is held stays whole");
      assertEquals(Optional.empty(), desk.read(r -> r.leaf(17)));
      desk.reopen();
      desk.add(3).seal().assertSound();
    }
  }

  /** Hand-overs of the key: the chain of keys needs them for as long as there is a log. */
  private static Set<Long> keyRecords(TestLog desk) {
    Set<Long> records = new HashSet<>();
    for (KeyChain.Epoch epoch : desk.log().keys().epochs()) {
      if (epoch.firstSize() > 0) {
        records.add(epoch.firstSize() - 1);
      }
    }
    assertFalse(records.isEmpty());
    return records;
  }

  @Test
  void whatHqDoesNotHoldIsNotPruned() throws Exception {
    try (TestLog desk = TestLog.in(folder.resolve("data"))) {
      desk.add(100).cosign(EvidenceLog.Witness.HEAD);
      desk.clock().pass(Duration.ofDays(2000));
      desk.add(10).cosign(EvidenceLog.Witness.HEAD);
      tidy(desk);
      assertEquals(desk.log().durableSize(), leaves(desk).size());
    }
  }

  /**
   * Somebody who takes rows away himself, and says that it was retention, is found out by HQ's
   * word.
   */
  @Test
  void rowsThatWereTakenAwayBeforeHqHeldThemAreRefused() throws Exception {
    try (TestLog desk = TestLog.in(folder.resolve("data"))) {
      desk.add(100).cosign(EvidenceLog.Witness.MIRROR).add(100).seal();
      TestLog.sql(
          desk.file(),
          "INSERT OR REPLACE INTO state(k, v) VALUES('prune_below', CAST('150' AS BLOB))",
          "DELETE FROM leaf WHERE idx BETWEEN 120 AND 130");
      assertFalse(desk.verify(desk.pins()).refused().isEmpty());
    }
  }

  // -- checkpoints -----------------------------------------------------------------------------

  @Test
  void oneCheckpointADayStaysAfterThirtyDaysAndTheOnesThatClosedAnEpoch() throws Exception {
    try (TestLog desk = TestLog.in(folder.resolve("data"))) {
      for (int day = 0; day < 40; day++) {
        for (int i = 0; i < 4; i++) {
          desk.add(2).seal().add(1).cosign(EvidenceLog.Witness.MIRROR);
          desk.clock().pass(Duration.ofHours(6));
        }
      }
      int before = desk.read(r -> r.checkpoints(0, Long.MAX_VALUE)).size();
      tidy(desk);
      Set<Long> closing = new HashSet<>();
      desk.log().keys().epochs().forEach(epoch -> closing.add(epoch.firstSize()));
      closing.remove(0L);
      Set<Long> kept = desk.read(r -> r.checkpoints(0, Long.MAX_VALUE)).keySet();
      assertTrue(kept.containsAll(closing), "what closed an epoch");
      long days =
          kept.stream()
              .filter(size -> !closing.contains(size))
              .map(size -> day(desk, size))
              .filter(day -> day < day(desk, desk.log().sealedSize()) - 31)
              .peek(day -> assertTrue(day >= 0))
              .count();
      long different =
          kept.stream()
              .filter(size -> !closing.contains(size))
              .map(size -> day(desk, size))
              .filter(day -> day < day(desk, desk.log().sealedSize()) - 31)
              .distinct()
              .count();
      assertEquals(different, days, "one of each day");
      assertTrue(kept.size() < before - 20, kept.size() + " of " + before);
      desk.assertSound();
      assertEquals(List.of(), desk.verify(desk.pins()).refused());
    }
  }

  private static long day(TestLog desk, long size) {
    try {
      return desk.note(size).cosignedBy(TestLog.MIRROR.verifier()).stream()
          .map(by -> by.at().atOffset(ZoneOffset.UTC).toLocalDate().toEpochDay())
          .findFirst()
          .orElse(-1L);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  // -- room ------------------------------------------------------------------------------------

  @Test
  void overItsLimitTheOldestContentThatHqHoldsGoesFirst() throws Exception {
    try (TestLog desk = TestLog.in(folder.resolve("data"), keeping(1 << 20, 0))) {
      desk.add(800).cosign(EvidenceLog.Witness.MIRROR);
      long held = desk.log().sealedSize();
      desk.add(1_000).seal();
      tidy(desk);
      List<Long> bodies = bodies(desk);
      assertTrue(bodies.size() < desk.log().durableSize(), "some went");
      LongStream.range(held, 1_800)
          .forEach(i -> assertTrue(bodies.contains(i), "HQ does not hold " + i));
      Entry told = desk.read(r -> newest(r, "log.erase")).orElseThrow();
      assertEquals("disk_cap", told.leaf().fields().text("rule"));
      desk.assertSound();
    }
  }

  private static List<Long> bodies(TestLog desk) throws IOException {
    return desk.read(
        reader -> {
          List<Long> there = new ArrayList<>();
          for (long i = 0; i < reader.size(); i++) {
            if (!reader.bodies(i).isEmpty()) {
              there.add(i);
            }
          }
          return there;
        });
  }

  private static Optional<Entry> newest(LogReader reader, String type) throws IOException {
    for (long i = reader.size() - 1; i >= 0; i--) {
      try {
        Optional<Entry> entry = reader.entry(i);
        if (entry.isPresent() && entry.get().type().equals(type)) {
          return entry;
        }
      } catch (EvidenceException e) {
        throw new AssertionError(e);
      }
    }
    return Optional.empty();
  }

  /** What HQ never saw is not erased for room: from the limit on, records are counted. */
  @Test
  void atItsLimitWithNothingToEraseTheLogTakesItsOwnWordOnlyUntilHqHasHeldTheRest()
      throws Exception {
    try (TestLog desk = TestLog.in(folder.resolve("data"), keeping(512 << 10, 0))) {
      int shown = 0;
      while (desk.log().storage().state() == Storage.State.GOOD) {
        assertTrue(shown < 5_000, "it never reaches its limit");
        desk.add(20);
        shown += 20;
        desk.log().tidy();
      }
      assertEquals(Storage.State.AT_CAP, desk.log().storage().state());
      assertEquals(512 << 10, desk.log().storage().cap());
      LogRefusedException refused =
          assertThrows(
              LogRefusedException.class, () -> desk.log().append(Seen.attached(TestLog.NOON, "A")));
      assertEquals("disk cap", refused.reason());
      desk.log().append(new AgentStopped(TestLog.NOON, "0.1.0", "signal"));
      desk.log().commit();
      assertEquals(shown + 1L, desk.log().durableSize());

      desk.cosign(EvidenceLog.Witness.MIRROR);
      tidy(desk);
      tidy(desk);
      assertEquals(Storage.State.GOOD, desk.log().storage().state());
      desk.add(1);
      desk.assertSound();
    }
  }

  // -- the reserve -----------------------------------------------------------------------------

  @Test
  void theReserveGrowsBitByBitIsOpenedOnceAndComesBack() throws Exception {
    try (SmallDisk disk = SmallDisk.on(folder.resolve("disk"), 4096)) {
      Path data = disk.root().resolve("data");
      long reserve = 600 << 10;
      try (TestLog desk = TestLog.in(data, keeping(2L << 30, reserve))) {
        Path file = data.resolve("ballast");
        desk.log().tidy();
        long first = Files.size(file);
        assertTrue(first > 0 && first < reserve, "one bit: " + first);
        tidy(desk);
        assertEquals(reserve, Files.size(file));
        desk.add(5);
        disk.fill();
        int shown = 0;
        while (Files.exists(file)) {
          assertTrue(shown++ < 5_000, "the disk never fills");
          desk.add(1);
        }
        Entry told = desk.read(r -> newest(r, "store.full")).orElseThrow();
        Json.Obj body = Json.parse(told.bodies().get(0).data());
        assertEquals("disk full", body.text("status_detail"));
        assertEquals(reserve, told.leaf().fields().number("reserve"));
        desk.assertSound();
        disk.free();
        tidy(desk);
        assertEquals(reserve, Files.size(file), "it is there again");
      }
    }
  }
}
