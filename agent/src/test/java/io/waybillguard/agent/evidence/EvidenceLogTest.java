package io.waybillguard.agent.evidence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.Seen;
import io.waybillguard.agent.event.BodyClass;
import io.waybillguard.agent.event.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Appending, committing, sealing, changing keys and keeping cosignatures, on a real file. */
final class EvidenceLogTest {
  @TempDir Path folder;
  private TestLog desk;

  @BeforeEach
  void open() throws IOException {
    desk = TestLog.in(folder);
  }

  @AfterEach
  void close() {
    desk.close();
  }

  // -- records ---------------------------------------------------------------------------------

  @Test
  void aRecordIsReadBackAsItWasWritten() throws Exception {
    Instant at = TestLog.NOON.minusMillis(250);
    desk.clock().pass(Duration.ofMillis(7));
    long seq = desk.log().append(Seen.attached(at, "4C530001"));
    assertTrue(desk.log().commit());
    Entry entry = desk.read(r -> entry(r, seq));
    assertEquals(0, entry.seq());
    assertEquals("usb.attach", entry.type());
    assertEquals(at, entry.at());
    assertEquals(7_000, entry.leaf().mono());
    assertEquals("6f1c0f0e-0000-4000-8000-000000000001", entry.leaf().boot());
    BodyPart body = entry.bodies().get(0);
    entry.leaf().check(body);
    assertEquals(BodyClass.CRITICAL.word(), entry.leaf().bodies().get(0).bodyClass());
    assertEquals("application/json", entry.leaf().bodies().get(0).contentType());
    Json.Obj ocsf = Json.parse(body.data());
    assertEquals(desk.log().logId() + "-0", ocsf.object("metadata").text("uid"));
    assertEquals("4C530001", ocsf.object("peripheral_device").text("serial_number"));
    assertEquals("SH-0021", ocsf.object("device").object("org").text("ou_uid"));
    assertEquals(480, ocsf.number("timezone_offset"));
    desk.assertSound();
  }

  @Test
  void aLeafHoldsNothingThatCouldBeGuessed() throws Exception {
    desk.log().append(Seen.copied(TestLog.NOON, "/home/lin/.cache/13800138000.bin"));
    desk.log().commit();
    byte[] leaf = desk.read(r -> r.leaf(0)).orElseThrow();
    assertEquals(
        Set.of("body", "boot", "mono", "seq", "type", "v", "wall"), Json.parse(leaf).keys());
    assertArrayEqualsCanonical(leaf);
  }

  private static void assertArrayEqualsCanonical(byte[] leaf) throws Exception {
    assertEquals(
        new String(leaf, java.nio.charset.StandardCharsets.UTF_8), Json.parse(leaf).toString());
  }

  @Test
  void theSameEventTwiceHasTwoSalts() throws IOException {
    desk.log().append(Seen.attached(TestLog.NOON, "A"));
    desk.log().append(Seen.attached(TestLog.NOON, "A"));
    desk.log().commit();
    BodyPart first = desk.read(r -> r.bodies(0)).get(0);
    BodyPart second = desk.read(r -> r.bodies(1)).get(0);
    assertFalse(java.util.Arrays.equals(first.salt(), second.salt()));
    assertNotEquals(first.commitment(), second.commitment());
  }

  @Test
  void acceptedIsNotDurableUntilCommitted() throws IOException {
    desk.accept(3);
    assertEquals(3, desk.log().pendingSize());
    assertEquals(0, desk.log().durableSize());
    assertEquals(0, desk.read(LogReader::size));
    desk.log().commit();
    assertEquals(0, desk.log().pendingSize());
    assertEquals(3, desk.log().durableSize());
    assertEquals(3, desk.read(LogReader::size));
    assertEquals(Optional.of("usb.attach"), desk.log().lastTypeBut("usb.detach"));
    assertEquals(Optional.empty(), desk.log().lastTypeBut("usb.attach"));
  }

  @Test
  void anEmptyCommitWritesNothing() throws IOException {
    assertFalse(desk.log().commit());
    desk.log().seal();
    assertEquals(0, desk.log().sealedSize());
    assertTrue(desk.read(r -> r.checkpoints(0, Long.MAX_VALUE)).isEmpty());
    assertEquals(Optional.empty(), desk.log().lastTypeBut("usb.attach"));
  }

  @Test
  void recordsAreFoundByTypeAndTime() throws Exception {
    desk.log().append(Seen.attached(TestLog.NOON, "A"));
    desk.log().append(Seen.detached(TestLog.NOON.plusSeconds(10), "A"));
    desk.log().append(Seen.attached(TestLog.NOON.plusSeconds(20), "B"));
    desk.log().append(Seen.attached(TestLog.NOON.plusSeconds(30), "C"));
    desk.log().commit();
    assertEquals(List.of(0L, 2L, 3L), found("usb.attach", Instant.MIN, Instant.MAX, 10));
    assertEquals(List.of(2L, 3L), found("usb.attach", Instant.MIN, Instant.MAX, 2));
    assertEquals(List.of(1L, 2L), found(null, at(10), at(30), 10));
    assertEquals(List.of(), found("usb.attach", at(31), Instant.MAX, 10));
  }

  private List<Long> found(
      @org.jspecify.annotations.Nullable String type, Instant from, Instant to, int limit)
      throws Exception {
    try (LogReader reader = LogReader.open(folder)) {
      return reader.find(type, from, to, limit).stream().map(Entry::seq).toList();
    }
  }

  private static Instant at(int seconds) {
    return TestLog.NOON.plusSeconds(seconds);
  }

  // -- sealing ---------------------------------------------------------------------------------

  @Test
  void somethingCriticalIsSealedAtOnce() throws IOException {
    desk.add(5);
    assertEquals(0, desk.log().sealedSize());
    desk.log().append(Seen.attached(TestLog.NOON, "A"));
    assertTrue(desk.log().commit());
    assertEquals(6, desk.log().sealedSize());
    assertEquals(Set.of(6L), sizes());
  }

  @Test
  void whatCanWaitIsSealedAtThe256thRecord() throws IOException {
    desk.add(255);
    assertEquals(0, desk.log().sealedSize());
    desk.add(1);
    assertEquals(256, desk.log().sealedSize());
    desk.add(255);
    assertEquals(256, desk.log().sealedSize());
    desk.add(2);
    assertEquals(Set.of(256L, 513L), sizes());
  }

  @Test
  void whatCanWaitIsSealedAfterAMinute() throws IOException {
    desk.add(1);
    desk.clock().pass(Duration.ofMillis(59_999));
    assertFalse(desk.log().commit());
    desk.clock().pass(Duration.ofMillis(1));
    assertTrue(desk.log().commit());
    assertEquals(1, desk.log().sealedSize());
    desk.clock().pass(Duration.ofDays(1));
    assertFalse(desk.log().commit());
  }

  @Test
  void theWallClockDoesNotDecideWhenToSeal() throws IOException {
    desk.add(1);
    desk.clock().set(TestLog.NOON.plus(Duration.ofDays(3650)));
    assertFalse(desk.log().commit());
    desk.clock().set(Instant.EPOCH);
    desk.clock().pass(Duration.ofSeconds(60));
    assertTrue(desk.log().commit());
  }

  @Test
  void everyCheckpointIsOneOfItsTree() throws Exception {
    for (int i = 0; i < 40; i++) {
      desk.add(i % 7).seal();
    }
    desk.assertSound();
    try (LogReader reader = LogReader.open(folder)) {
      for (var each : reader.checkpoints(0, Long.MAX_VALUE).entrySet()) {
        Checkpoint head = reader.keys().verify(each.getValue());
        assertEquals(each.getKey(), head.size());
        assertEquals(Merkle.root(reader, head.size()), head.root());
      }
    }
  }

  private Set<Long> sizes() throws IOException {
    return new TreeSet<>(desk.read(r -> r.checkpoints(0, Long.MAX_VALUE)).keySet());
  }

  // -- keys ------------------------------------------------------------------------------------

  @Test
  void theFirstKeyStaysUntilHqHasPinnedTheLog() throws IOException {
    desk.clock().pass(Duration.ofDays(40));
    desk.add(5);
    assertFalse(desk.log().keyChangeDue());
    assertFalse(desk.log().isPinned());
    desk.cosign(EvidenceLog.Witness.HEAD);
    assertTrue(desk.log().isPinned());
    assertEquals(1, desk.log().keys().last().number(), "the cosignature brought the change about");
  }

  @Test
  void aKeySignsForADayOrFor4096Records() throws IOException {
    desk.add(1).cosign(EvidenceLog.Witness.HEAD);
    assertEquals(0, desk.log().keys().last().number(), "not within an hour of the start");
    desk.clock().pass(Duration.ofHours(24).minusMillis(1));
    assertFalse(desk.log().keyChangeDue());
    desk.clock().pass(Duration.ofMillis(1));
    assertTrue(desk.log().keyChangeDue());
    desk.changeKey();
    assertFalse(desk.log().keyChangeDue());
    desk.add(4_095);
    assertFalse(desk.log().keyChangeDue());
    desk.add(1);
    assertTrue(desk.log().keyChangeDue());
  }

  @Test
  void aKeyEndsWithTheRecordThatNamesTheNext() throws Exception {
    desk.add(4);
    VerifierKey old = desk.log().keys().last().key();
    desk.changeKey();
    KeyChain.Epoch next = desk.log().keys().last();
    assertEquals(1, next.number());
    assertEquals(5, next.firstSize());
    assertEquals(5, desk.log().sealedSize());
    Entry last = desk.read(r -> entry(r, 4));
    assertEquals("log.key", last.type());
    assertEquals(next.key().toString(), last.leaf().fields().text("next"));
    SignedNote closing = desk.note(5);
    assertTrue(closing.isSignedBy(old));
    assertFalse(closing.isSignedBy(next.key()));
    desk.add(1).seal();
    SignedNote newest = desk.read(LogReader::newestCheckpoint).orElseThrow();
    assertTrue(newest.isSignedBy(next.key()));
    assertFalse(newest.isSignedBy(old));
    desk.assertSound();
  }

  @Test
  void theOldKeyFileIsGoneAndTheNewOneIsForItsOwnerOnly() throws IOException {
    desk.add(1);
    byte[] old = Files.readAllBytes(desk.keyFile(0));
    desk.changeKey();
    assertFalse(Files.exists(desk.keyFile(0)));
    assertEquals("rw-------", mode(desk.keyFile(1)));
    assertEquals("rwx------", mode(folder.resolve("keys")));
    assertFalse(java.util.Arrays.equals(old, Files.readAllBytes(desk.keyFile(1))));
  }

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  @Test
  void aKeyChangeTakesWhatIsPendingWithIt() throws IOException {
    desk.accept(3);
    desk.changeKey();
    assertEquals(0, desk.log().pendingSize());
    assertEquals(4, desk.log().durableSize());
    desk.assertSound();
  }

  @Test
  void anEmptyLogCanChangeItsKey() throws IOException {
    desk.changeKey().changeKey();
    assertEquals(2, desk.log().keys().last().firstSize());
    desk.reopen();
    desk.add(1).seal().assertSound();
  }

  // -- what HQ answers -------------------------------------------------------------------------

  @Test
  void aCosignatureIsKeptWithItsCheckpoint() throws IOException {
    desk.add(3).cosign(EvidenceLog.Witness.HEAD);
    assertEquals(3, desk.read(LogReader::pinnedSize));
    assertEquals(0, desk.read(LogReader::witnessedSize));
    desk.cosign(EvidenceLog.Witness.MIRROR);
    assertEquals(3, desk.read(LogReader::witnessedSize));
    SignedNote note = desk.note(3);
    assertTrue(note.cosignedBy(TestLog.HEAD.verifier()).isPresent());
    assertTrue(note.cosignedBy(TestLog.MIRROR.verifier()).isPresent());
    Verdict verdict = desk.verify(desk.pins());
    assertEquals(List.of(), verdict.refused());
    assertEquals(2, verdict.proved().stream().filter(s -> s.key().equals("cosigned")).count());
  }

  @Test
  void anOlderCosignatureDoesNotTakeBackANewerOne() throws IOException {
    desk.add(3).seal().add(3).cosign(EvidenceLog.Witness.MIRROR);
    String text = desk.note(3).text();
    desk.log()
        .accept(EvidenceLog.Witness.HEAD, 3, TestLog.HEAD.cosign(text, desk.clock().instant()));
    assertEquals(6, desk.read(LogReader::pinnedSize));
    assertEquals(6, desk.read(LogReader::witnessedSize));
  }

  @Test
  void aCosignatureOnASizeThatIsNotKeptIsRefused() throws IOException {
    desk.add(3).seal();
    NoteSignature line = TestLog.HEAD.cosign("x\n", desk.clock().instant());
    assertThrows(IOException.class, () -> desk.log().accept(EvidenceLog.Witness.HEAD, 2, line));
    assertEquals(0, desk.read(LogReader::pinnedSize));
  }

  @Test
  void theKeyChangesAfterACosignatureAtMostOnceAnHour() throws IOException {
    desk.clock().pass(Duration.ofHours(1));
    desk.add(1).cosign(EvidenceLog.Witness.HEAD);
    assertEquals(1, desk.log().keys().last().number());
    desk.clock().pass(Duration.ofMinutes(59));
    desk.add(1).cosign(EvidenceLog.Witness.HEAD);
    assertEquals(1, desk.log().keys().last().number());
    desk.cosign(EvidenceLog.Witness.MIRROR);
    assertEquals(1, desk.log().keys().last().number(), "nothing new was pinned");
    desk.clock().pass(Duration.ofMinutes(1));
    desk.add(1).cosign(EvidenceLog.Witness.HEAD);
    assertEquals(2, desk.log().keys().last().number());
    desk.assertSound();
  }

  private static Entry entry(LogReader reader, long seq) throws IOException {
    try {
      return reader.entry(seq).orElseThrow();
    } catch (EvidenceException e) {
      throw new AssertionError(e);
    }
  }
}
