package io.waybillguard.agent.evidence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.HandClock;
import io.waybillguard.agent.Seen;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The table of attacks in {@code docs/attack-surface.md}: every row of it names a test that exists,
 * and the rows that no other test holds are here. Where the table admits that something passes, the
 * test shows that it passes, and that the verdict says so.
 *
 * <p>U is what no witness has seen, W what one has.
 */
final class AttackTableTest {
  @TempDir Path temp;
  private Path sound;
  private Pins all = Pins.NONE;
  private Pins firstOnly = Pins.NONE;

  /**
   * Epochs end at 6 and 14; the live one has 6 records, of which 4 are sealed; HQ has seen the
   * first ten.
   */
  @BeforeEach
  void make() throws IOException {
    sound = temp.resolve("sound");
    try (TestLog desk = TestLog.in(sound)) {
      desk.add(3).seal().add(2).changeKey();
      desk.add(4).cosign(EvidenceLog.Witness.HEAD).add(3).changeKey();
      desk.add(4).seal().add(2);
      assertEquals(20, desk.log().durableSize());
      all = desk.pins();
      firstOnly = desk.firstKeyOnly();
    }
  }

  private Path copy(String name) throws IOException {
    return TestLog.copy(sound, temp.resolve(name));
  }

  private static Verdict verify(Path data, Pins pins) throws IOException {
    try (LogReader reader = LogReader.open(data)) {
      return LogVerifier.verify(reader, pins, done -> {});
    }
  }

  private static SigningKey key(Path data, long epoch, VerifierKey vkey) throws Exception {
    return new KeyFiles(data.resolve("keys")).read(epoch, vkey).orElseThrow();
  }

  /** Passes, as the table admits, and the verdict says that this is something it cannot prove. */
  private static void assertPassesAsAdmitted(Verdict verdict, String limit) {
    assertEquals(List.of(), verdict.refused());
    assertTrue(
        verdict.notProved().contains(Statement.of(limit)), limit + ": " + verdict.notProved());
  }

  private static Checkpoint newest(Path data) throws IOException, EvidenceException {
    try (LogReader reader = LogReader.open(data)) {
      return reader.keys().verify(reader.newestCheckpoint().orElseThrow());
    }
  }

  // -- an administrator
  // ----------------------------------------------------------------------------

  @Test
  void anEditedRowIsRefusedInWAndInEveryEndedEpochOfU() throws Exception {
    for (int row : new int[] {0, 7, 12}) {
      Path data = copy("edited-" + row);
      new Forger(data).edit(row).write();
      assertFalse(verify(data, all).holds(), "record " + row);
      assertFalse(verify(data, firstOnly).holds(), "record " + row + ", no witness known");
    }
  }

  @Test
  void anEditedRowOfTheLiveEpochPassesInUWhenSignedAnewAndTheVerdictAdmitsIt() throws Exception {
    Path data = copy("live");
    Forger admin = new Forger(data);
    admin.edit(16).sealAllAbove(14, key(data, 2, admin.keys().last().key())).write();
    assertPassesAsAdmitted(verify(data, all), "limit_live_epoch");
    assertPassesAsAdmitted(verify(data, firstOnly), "limit_live_epoch");
  }

  @Test
  void rowsDeletedInTheMiddleAreRefused() throws Exception {
    for (int row : new int[] {0, 9, 13, 17}) {
      Path data = copy("deleted-" + row);
      Forger admin = new Forger(data);
      admin.leaves().remove(row);
      admin.write();
      assertFalse(verify(data, firstOnly).holds(), "record " + row);
    }
  }

  /** What is left is a log that was sound once. HQ, which holds a larger size, sees it at once. */
  @Test
  void aLogCutBackToAnOlderSealPassesByItselfAndTheVerdictAdmitsIt() throws Exception {
    Path data = copy("cut");
    Forger admin = new Forger(data);
    admin.leaves().subList(14, 20).clear();
    admin.notes().tailMap(14L, false).clear();
    admin.write();
    TestLog.sql(data.resolve(EvidenceLog.FILE), "DELETE FROM body WHERE idx>=14");
    assertPassesAsAdmitted(verify(data, all), "limit_tail");
    assertTrue(newest(data).size() < newest(sound).size(), "what HQ compares");
  }

  // -- rolled back
  // -----------------------------------------------------------------------------------

  /** The copy's key was destroyed since: the agent sees that, and begins a log that says so. */
  @Test
  void anOldDatabaseWithoutItsKeyIsSetAsideAndTheNewLogNamesIt() throws Exception {
    Path data = temp.resolve("data");
    Path old = temp.resolve("old.db");
    HandClock clock = new HandClock(TestLog.NOON);
    String origin;
    try (TestLog desk = TestLog.in(data)) {
      desk.add(4).seal();
      origin = desk.log().origin();
    }
    Files.copy(data.resolve(EvidenceLog.FILE), old);
    try (TestLog desk = TestLog.in(data)) {
      desk.changeKey().add(5).seal();
    }
    Files.copy(
        old, data.resolve(EvidenceLog.FILE), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    try (EvidenceLog next = EvidenceLog.open(data, TestLog.SETTINGS, TestLog.around(clock))) {
      assertNotEquals(origin, next.origin());
      assertEquals(Optional.of("log.recover"), next.lastTypeBut("agent.install"));
    }
    try (LogReader reader = LogReader.open(data)) {
      Leaf first = Leaf.parse(reader.leaf(0).orElseThrow());
      assertEquals(origin, first.fields().text("old", ""));
      assertEquals(4, first.fields().number("size", 0));
    }
  }

  /** With the key of its day the copy grows on. No scheme on the machine alone can see that. */
  @Test
  void anOldCopyWithItsKeyGrowsOnByItselfButNotInTheEyesOfHq() throws Exception {
    Path data = temp.resolve("data");
    Path old;
    Checkpoint atHq;
    Pins pins;
    try (TestLog desk = TestLog.in(data)) {
      desk.add(4).seal();
      old = TestLog.copy(data, temp.resolve("old"));
      desk.add(3).cosign(EvidenceLog.Witness.HEAD);
      atHq = Checkpoint.parse(desk.note(7).text());
      pins = desk.firstKeyOnly();
    }
    try (TestLog restored = TestLog.in(old)) {
      restored.clock().pass(Duration.ofMinutes(5));
      assertTrue(restored.log().durableSize() < atHq.size(), "HQ is asked about a smaller log");
      restored.add(6).seal();
      assertPassesAsAdmitted(restored.verify(pins), "limit_tail");
      assertFalse(continues(old, atHq), "grown past HQ's size, it is no continuation");
    }
  }

  /** Whether any proof from this log shows that it continues the head that HQ holds. */
  private static boolean continues(Path data, Checkpoint atHq) throws Exception {
    try (LogReader reader = LogReader.open(data)) {
      long size = newest(data).size();
      Hash root = Merkle.root(reader, size);
      List<Hash> proof = Merkle.consistency(reader, atHq.size(), size);
      return Merkle.consistent(atHq.size(), atHq.root(), size, root, proof);
    }
  }

  // -- two of one
  // ------------------------------------------------------------------------------------

  /** Each branch is sound by itself; the two heads together are the proof. */
  @Test
  void twoHeadsOfOneSizeWithGoodSignaturesProveAFork() throws Exception {
    Path twin = TestLog.copy(sound, temp.resolve("twin"));
    try (TestLog one = TestLog.in(sound);
        TestLog two = TestLog.in(twin)) {
      one.clock().pass(Duration.ofSeconds(1));
      two.clock().pass(Duration.ofSeconds(2));
      one.add(1).seal();
      two.add(1).seal();
      SignedNote a = one.note(21);
      SignedNote b = two.note(21);
      Checkpoint headA = one.log().keys().verify(a);
      Checkpoint headB = two.log().keys().verify(b);
      assertEquals(headA.origin(), headB.origin());
      assertNotEquals(headA.root(), headB.root());
      assertPassesAsAdmitted(one.verify(firstOnly), "limit_tail");
      assertPassesAsAdmitted(two.verify(firstOnly), "limit_tail");
    }
  }

  @Test
  void aCloneThatGrewFurtherDoesNotContinueTheOther() throws Exception {
    Path twin = TestLog.copy(sound, temp.resolve("twin"));
    try (TestLog one = TestLog.in(sound);
        TestLog two = TestLog.in(twin)) {
      two.clock().pass(Duration.ofSeconds(2));
      one.add(1).seal();
      two.add(5).seal();
      assertFalse(continues(twin, Checkpoint.parse(one.note(21).text())));
    }
  }

  // -- keys
  // ------------------------------------------------------------------------------------------

  /** From the spare cells of a disk, say: what came after is signed by keys he does not have. */
  @Test
  void aRecoveredKeyOfAnEndedEpochIsRefusedWhileALaterSealIsThere() throws Exception {
    Path data = temp.resolve("data");
    SigningKey recovered;
    Pins pins;
    try (TestLog desk = TestLog.in(data)) {
      desk.add(5).changeKey().add(3).seal();
      recovered = key(data, 1, desk.log().keys().last().key());
      desk.changeKey().add(2).seal();
      pins = desk.firstKeyOnly();
    }
    Forger thief = new Forger(data);
    long end = thief.keys().last().firstSize();
    thief.edit(7);
    List.copyOf(thief.notes().subMap(6L, false, end, true).keySet())
        .forEach(size -> thief.seal(size, recovered));
    thief.write();
    assertFalse(verify(data, pins).holds());
  }

  // -- HQ itself
  // -------------------------------------------------------------------------------------

  /** Both of HQ's keys, and the whole store: without the log's own key, no head of it. */
  @Test
  void anInsiderAtHqCannotChangeARecordThatTheLogSealed() throws Exception {
    for (boolean stripped : new boolean[] {false, true}) {
      Path data = copy("insider-" + stripped);
      Forger insider = new Forger(data);
      insider.edit(7);
      for (long size : List.copyOf(insider.notes().tailMap(7L, false).keySet())) {
        Checkpoint forged = new Checkpoint(insider.keys().origin(), size, insider.root(size));
        List<NoteSignature> lines = new ArrayList<>();
        if (!stripped) {
          lines.add(insider.note(size).signatures().get(0));
        }
        lines.add(TestLog.HEAD.cosign(forged.text(), TestLog.NOON));
        lines.add(TestLog.MIRROR.cosign(forged.text(), TestLog.NOON));
        insider.notes().put(size, new SignedNote(forged.text(), lines));
      }
      insider.write();
      assertFalse(verify(data, all).holds(), "the log's line stripped: " + stripped);
    }
  }

  // -- time
  // ------------------------------------------------------------------------------------------

  /** Order is the record's number; a clock that is set changes no place and no proof. */
  @Test
  void aClockThatIsSetChangesNoOrderAndTheVerdictAdmitsWhatItCannotKnow() throws Exception {
    List<Instant> hands =
        List.of(
            TestLog.NOON,
            TestLog.NOON.minus(Duration.ofDays(3653)),
            TestLog.NOON.plus(Duration.ofDays(3653)),
            Instant.EPOCH,
            TestLog.NOON.plus(Duration.ofDays(3)));
    Path data = temp.resolve("data");
    try (TestLog desk = TestLog.in(data)) {
      for (Instant hand : hands) {
        desk.clock().set(hand);
        desk.clock().pass(Duration.ofSeconds(1));
        desk.log().append(Seen.attached(desk.clock().instant(), "S"));
        // Back again between accepting and committing.
        desk.clock().set(hand.minus(Duration.ofHours(1)));
        desk.log().commit();
      }
      desk.seal();
      assertPassesAsAdmitted(desk.verify(desk.firstKeyOnly()), "limit_clock");
    }
    try (LogReader reader = LogReader.open(data)) {
      long mono = -1;
      for (int i = 0; i < hands.size(); i++) {
        Leaf leaf = Leaf.parse(reader.leaf(i).orElseThrow());
        assertEquals(i, leaf.seq());
        assertEquals(hands.get(i).plusSeconds(1).toEpochMilli(), leaf.wall(), "as the OS said");
        assertTrue(leaf.mono() > mono, "durations are still known");
        mono = leaf.mono();
      }
    }
  }

  // -- lies
  // ------------------------------------------------------------------------------------------

  /** Integrity is not truth: what a hooked sensor was fed is kept as faithfully as all else. */
  @Test
  void anEventThatNeverHappenedIsProvedToBeRecordedAndNotToBeTrue() throws Exception {
    Path data = temp.resolve("data");
    try (TestLog desk = TestLog.in(data)) {
      desk.log().append(Seen.copied(desk.clock().instant(), "/never/was/there"));
      desk.log().commit();
      desk.cosign(EvidenceLog.Witness.MIRROR);
      assertPassesAsAdmitted(desk.verify(desk.pins()), "limit_truth");
    }
  }

  // -- the table
  // -------------------------------------------------------------------------------------

  /** A row of the table that names a test which is not there is a promise that nobody keeps. */
  @Test
  void everyRowOfTheTableNamesATestThatExists() throws IOException {
    Path top = Path.of("").toAbsolutePath();
    while (Files.notExists(top.resolve("docs"))) {
      top = java.util.Objects.requireNonNull(top.getParent(), "no docs above the module");
    }
    String page = Files.readString(top.resolve("docs/attack-surface.md"), StandardCharsets.UTF_8);
    Matcher named = Pattern.compile("`(\\w+(?:Test|IT))(?:#(\\w+))?`").matcher(page);
    int rows = 0;
    while (named.find()) {
      String source = source(top, named.group(1));
      if (named.group(2) != null) {
        assertTrue(
            source.contains(" " + named.group(2) + "("), named.group() + " is not in its class");
      }
      rows++;
    }
    assertTrue(rows >= 30, "tests named: " + rows);
  }

  private static String source(Path top, String name) throws IOException {
    for (String module : List.of("agent", "hq")) {
      try (Stream<Path> files = Files.walk(top.resolve(module).resolve("src/test/java"))) {
        Optional<Path> found =
            files.filter(f -> f.getFileName().toString().equals(name + ".java")).findFirst();
        if (found.isPresent()) {
          return Files.readString(found.get(), StandardCharsets.UTF_8);
        }
      }
    }
    throw new AssertionError("docs/attack-surface.md names " + name + ", which is no test");
  }
}
