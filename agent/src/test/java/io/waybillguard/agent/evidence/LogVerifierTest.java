package io.waybillguard.agent.evidence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a whole log proves when it is sound, and that no change of it passes. */
final class LogVerifierTest {
  @TempDir Path temp;

  // -- sound logs ------------------------------------------------------------------------------

  @ParameterizedTest(name = "{0} records")
  @ValueSource(ints = {0, 1, 2, 3, 7, 8, 255, 256, 257})
  void aSoundLogHolds(int size) throws IOException {
    try (TestLog desk = TestLog.in(temp.resolve("data"))) {
      Set<Integer> ends = new HashSet<>(List.of(1, 2, 6, 100, 254));
      for (int i = 0; i < size; i++) {
        if (ends.contains(i)) {
          desk.changeKey();
        } else {
          desk.add(1);
        }
        if (i % 9 == 0) {
          desk.seal();
        }
      }
      desk.seal();
      List<Long> told = new ArrayList<>();
      Verdict verdict =
          desk.read(reader -> LogVerifier.verify(reader, desk.firstKeyOnly(), told::add));
      assertEquals(List.of(), verdict.refused());
      assertEquals(size, verdict.size());
      assertEquals(size, verdict.records());
      assertTrue(verdict.holds());
      assertEquals(
          Statement.of(
              "records_intact", size, desk.log().origin(), desk.log().keys().epochs().size()),
          verdict.proved().get(0));
      assertEquals(
          ends.stream().filter(i -> i < size).count() + 1, desk.log().keys().epochs().size());
      assertEquals(size, told.get(told.size() - 1));
      assertEquals(told.stream().sorted().toList(), told);
    }
  }

  @Test
  void aVerdictSaysWhatIsProvedAndWhatIsNot() throws IOException {
    try (TestLog desk = TestLog.in(temp.resolve("data"))) {
      desk.add(4).cosign(EvidenceLog.Witness.HEAD).changeKey().add(3).seal().add(2);
      assertEquals(
          List.of("records_intact", "first_key_pinned", "cosigned"),
          keys(desk.verify(desk.pins()).proved()));
      assertEquals(
          List.of(
              "not_cosigned",
              "tail_unsealed",
              "limit_live_epoch",
              "limit_tail",
              "limit_clock",
              "limit_truth"),
          keys(desk.verify(desk.pins()).notProved()));
      assertEquals(List.of("records_intact"), keys(desk.verify(Pins.NONE).proved()));
      assertEquals(
          List.of(
              "first_key_not_given",
              "witness_not_given",
              "tail_unsealed",
              "limit_live_epoch",
              "limit_tail",
              "limit_clock",
              "limit_truth"),
          keys(desk.verify(Pins.NONE).notProved()));
      TestLog.sql(desk.file(), "DELETE FROM body WHERE idx IN (1, 2)");
      Verdict erased = desk.verify(desk.firstKeyOnly());
      assertTrue(erased.holds());
      assertTrue(erased.notProved().contains(Statement.of("bodies_absent", 2, 0)));
    }
  }

  private static List<String> keys(List<Statement> statements) {
    return statements.stream().map(Statement::key).toList();
  }

  @Test
  void everyStatementHasWordsInBothLanguages() throws IOException {
    for (String key :
        List.of(
            "records_intact",
            "bundle_intact",
            "manifests_intact",
            "first_key_pinned",
            "first_key_not_given",
            "cosigned",
            "not_cosigned",
            "witness_not_given",
            "tail_unsealed",
            "bodies_absent",
            "bodies_erased",
            "records_pruned",
            "tiles_intact",
            "first_key_to_compare",
            "limit_live_epoch",
            "limit_tail",
            "limit_clock",
            "limit_truth",
            "limit_views")) {
      Statement statement = Statement.of(key, "A1", "B2", "C3");
      String zh = statement.text(Locale.SIMPLIFIED_CHINESE);
      String en = statement.text(Locale.ENGLISH);
      assertTrue(zh.codePoints().anyMatch(c -> c >= 0x4e00 && c <= 0x9fff), zh);
      assertFalse(en.codePoints().anyMatch(c -> c >= 0x4e00 && c <= 0x9fff), en);
      for (String value : statement.values()) {
        assertEquals(zh.contains(value), en.contains(value), key + ": " + value);
      }
      assertFalse(zh.contains("{") || en.contains("{") || en.contains("''"), key);
    }
  }

  // -- changed logs ----------------------------------------------------------------------------

  private interface Change {
    void in(Path data) throws Exception;
  }

  /** Epochs end at 6 and 14; seals at 3, 6, 10, 14, 18; 10 and 18 are cosigned; 20 records. */
  private static void make(TestLog desk) throws IOException {
    desk.add(3).seal().add(2).changeKey();
    desk.add(4).cosign(EvidenceLog.Witness.HEAD).add(3).changeKey();
    desk.add(4).cosign(EvidenceLog.Witness.MIRROR).add(2);
    assertEquals(20, desk.log().durableSize());
    assertEquals(3, desk.log().keys().epochs().size());
  }

  @TestFactory
  Stream<DynamicTest> aChangedLogIsRefused() throws IOException {
    Map<String, Change> all = new TreeMap<>();
    for (int i = 0; i < 20; i++) {
      all.put(
          "record " + i + " is edited",
          sql(
              "UPDATE leaf SET data=CAST(replace(CAST(data AS TEXT),'\"v\":1','\"v\": 1') AS BLOB) WHERE idx="
                  + i));
      all.put(
          "body " + i + " is edited",
          sql("UPDATE body SET data=CAST(data || x'00' AS BLOB) WHERE idx=" + i));
      all.put(
          "salt " + i + " is edited", sql("UPDATE body SET salt=randomblob(16) WHERE idx=" + i));
      all.put("record " + i + " is missing", sql("DELETE FROM leaf WHERE idx=" + i));
    }
    for (long id = 0; id < PostOrder.id(0, 20); id++) {
      all.put("hash " + id + " is edited", sql("UPDATE node SET h=randomblob(32) WHERE id=" + id));
      all.put("hash " + id + " is missing", sql("DELETE FROM node WHERE id=" + id));
    }
    for (long size : new long[] {3, 6, 10, 14, 18}) {
      all.put(
          "seal " + size + " says another size",
          sql(
              "UPDATE checkpoint SET note=replace(note, char(10)||"
                  + size
                  + "||char(10), char(10)||"
                  + (size + 1)
                  + "||char(10)) WHERE size="
                  + size));
      all.put(
          "seal " + size + " says another root",
          sql(
              "UPDATE checkpoint SET note=replace(note, '=' || char(10), 'A=' || char(10)) WHERE size="
                  + size));
      all.put(
          "seal " + size + " is moved",
          sql("UPDATE checkpoint SET size=size+1 WHERE size=" + size));
      all.put(
          "seal " + size + " is moved far ahead",
          sql("UPDATE checkpoint SET size=1000 WHERE size=" + size));
      all.put("seal " + size + " is of another log", data -> foreignSeal(data, size));
    }
    all.put("the seal that ended epoch 0 is missing", sql("DELETE FROM checkpoint WHERE size=6"));
    all.put("the seal that ended epoch 1 is missing", sql("DELETE FROM checkpoint WHERE size=14"));
    all.put("all seals but the newest are missing", sql("DELETE FROM checkpoint WHERE size<18"));
    all.put("all seals are missing", sql("DELETE FROM checkpoint"));
    all.put(
        "two records are swapped",
        sql(
            "UPDATE leaf SET idx=-1 WHERE idx=2",
            "UPDATE leaf SET idx=2 WHERE idx=3",
            "UPDATE leaf SET idx=3 WHERE idx=-1"));
    all.put("two records are swapped with their hashes", data -> swapped(data, 2, 3));
    all.put("two unsealed records are swapped with their hashes", data -> swapped(data, 18, 19));
    all.put(
        "two bodies are swapped",
        sql(
            "UPDATE body SET idx=-1 WHERE idx=2",
            "UPDATE body SET idx=2 WHERE idx=3",
            "UPDATE body SET idx=3 WHERE idx=-1"));
    all.put(
        "a body has a part more",
        sql("INSERT INTO body VALUES(2, 1, randomblob(16), zeroblob(4), 0)"));
    all.put("a body is another part", sql("UPDATE body SET part=1 WHERE idx=2"));
    all.put("a record is put between with its hashes", data -> inserted(data));
    all.put("a record is taken out with its hashes", data -> takenOut(data));
    all.put(
        "sealed records are cut off",
        sql("DELETE FROM leaf WHERE idx>=17", "DELETE FROM body WHERE idx>=17"));
    all.put(
        "the first key is another",
        sql("UPDATE epoch_key SET vkey=(SELECT vkey FROM epoch_key WHERE epoch=1) WHERE epoch=0"));
    all.put("a later key is another", data -> otherKey(data, 1));
    all.put("the newest key is another", data -> otherKey(data, 2));
    all.put(
        "a key takes over at another size", sql("UPDATE epoch_key SET first_size=7 WHERE epoch=1"));
    all.put(
        "the newest key takes over at another size",
        sql("UPDATE epoch_key SET first_size=15 WHERE epoch=2"));
    all.put("an epoch in the middle is dropped", sql("DELETE FROM epoch_key WHERE epoch=1"));
    all.put(
        "an epoch is dropped and the rest renumbered",
        sql("DELETE FROM epoch_key WHERE epoch=1", "UPDATE epoch_key SET epoch=1 WHERE epoch=2"));
    all.put("the newest epoch is dropped", sql("DELETE FROM epoch_key WHERE epoch=2"));
    all.put("an epoch is added", data -> addedKey(data));
    all.put("there are no keys", sql("DELETE FROM epoch_key"));
    Path sound = temp.resolve("sound");
    Pins pins;
    try (TestLog desk = TestLog.in(sound)) {
      make(desk);
      assertTrue(desk.verify(desk.pins()).holds());
      pins = desk.firstKeyOnly();
    }
    return all.entrySet().stream()
        .map(e -> DynamicTest.dynamicTest(e.getKey(), () -> refused(sound, e.getValue(), pins)));
  }

  private static Change sql(String... statements) {
    return data -> TestLog.sql(data.resolve(EvidenceLog.FILE), statements);
  }

  private void refused(Path sound, Change change, Pins pins) throws Exception {
    Path data = TestLog.copy(sound, Files.createTempDirectory(temp, "changed").resolve("data"));
    change.in(data);
    assertRefused(data, pins);
    deleteAll(data);
  }

  /** Either the verdict refuses, or the log cannot be read as one. */
  private static void assertRefused(Path data, Pins pins) throws IOException {
    Verdict verdict;
    try (LogReader reader = LogReader.open(data)) {
      verdict = LogVerifier.verify(reader, pins, done -> {});
    } catch (DamagedLogException e) {
      return;
    }
    assertFalse(verdict.holds(), "accepted: " + verdict.proved());
    assertEquals(List.of(), verdict.proved(), "nothing counts as proved");
  }

  private static void foreignSeal(Path data, long size) throws Exception {
    Forger forger = new Forger(data);
    SigningKey foreign = SeededKey.signer(forger.keys().origin(), "foreign");
    forger.seal(size, foreign).write();
  }

  private static void swapped(Path data, int a, int b) throws Exception {
    Forger forger = new Forger(data);
    byte[] kept = forger.leaves().get(a);
    forger.leaves().set(a, forger.leaves().get(b));
    forger.leaves().set(b, kept);
    forger.write();
  }

  private static void inserted(Path data) throws Exception {
    Forger forger = new Forger(data);
    forger.leaves().add(9, forger.leaves().get(8));
    forger.write();
  }

  private static void takenOut(Path data) throws Exception {
    Forger forger = new Forger(data);
    forger.leaves().remove(9);
    forger.write();
  }

  private static void otherKey(Path data, int epoch) throws Exception {
    String other = SeededKey.signer(new Forger(data).keys().origin(), "o").verifier().toString();
    TestLog.sql(
        data.resolve(EvidenceLog.FILE),
        "UPDATE epoch_key SET vkey='" + other + "' WHERE epoch=" + epoch);
  }

  private static void addedKey(Path data) throws Exception {
    String other = SeededKey.signer(new Forger(data).keys().origin(), "o").verifier().toString();
    TestLog.sql(
        data.resolve(EvidenceLog.FILE), "INSERT INTO epoch_key VALUES(3, 19, '" + other + "')");
  }

  // -- cosignatures ----------------------------------------------------------------------------

  @Test
  void aCosignatureThatDoesNotHoldIsRefusedWhenTheWitnessIsKnown() throws Exception {
    Path sound = temp.resolve("sound");
    try (TestLog desk = TestLog.in(sound)) {
      make(desk);
      Pins pins = desk.pins();
      SignedNote at10 = desk.note(10);
      SignedNote at18 = desk.note(18);
      NoteSignature of10 = at10.signatures().get(1);
      byte[] blob = Base64Text.decode(of10.blob());
      blob[40] ^= 1;
      NoteSignature damaged = new NoteSignature(of10.name(), Base64Text.encode(blob));
      byte[] strange = Base64Text.decode(of10.blob());
      strange[0] ^= 1;
      NoteSignature unknownKey = new NoteSignature(of10.name(), Base64Text.encode(strange));
      SigningKey nobody = SeededKey.cosigner("nobody.example.com", "nobody");
      Map<String, SignedNote> forged = new TreeMap<>();
      forged.put("damaged", at10.with(damaged));
      forged.put("of another size", with(at10, at18.signatures().get(1)));
      forged.put("of a key with another id", with(at10, unknownKey));
      forged.put("of nobody we know", with(at10, nobody.cosign(at10.text(), TestLog.NOON)));
      forged.put("twice", with(at10, TestLog.HEAD.cosign(at10.text(), TestLog.NOON)));
      for (Map.Entry<String, SignedNote> each : forged.entrySet()) {
        Path data = TestLog.copy(sound, temp.resolve(each.getKey()));
        Forger forger = new Forger(data);
        forger.notes().put(10L, each.getValue());
        forger.write();
        try (LogReader reader = LogReader.open(data)) {
          assertFalse(
              LogVerifier.verify(reader, pins, n -> {}).holds(), "a cosignature " + each.getKey());
        }
      }
    }
  }

  private static SignedNote with(SignedNote note, NoteSignature line) {
    List<NoteSignature> lines = new ArrayList<>(note.signatures());
    lines.add(line);
    return new SignedNote(note.text(), lines);
  }

  // -- a thief with the newest key and the whole disk --------------------------------------------

  /** Ends of epochs as in {@link #make}; the live epoch began at 14. */
  private SigningKey stolen(Path data, KeyChain keys) throws Exception {
    return new KeyFiles(data.resolve("keys")).read(2, keys.last().key()).orElseThrow();
  }

  @Test
  void aThiefCannotChangeAnEndedEpoch() throws Exception {
    Path sound = temp.resolve("sound");
    Pins pins;
    try (TestLog desk = TestLog.in(sound)) {
      make(desk);
      pins = desk.firstKeyOnly();
    }
    for (int index = 0; index < 14; index++) {
      for (int way = 0; way < 5; way++) {
        Path data = TestLog.copy(sound, temp.resolve("thief-" + index + "-" + way));
        Forger thief = new Forger(data);
        SigningKey key = stolen(data, thief.keys());
        if (index == 5 || index == 13) {
          thief.edit(index, text -> text.replace("\"wall\":", "\"wall\":1"));
        } else {
          thief.edit(index);
        }
        switch (way) {
          case 0 -> thief.sealAllAbove(14, key); // leaves the old seals as they are
          case 1 -> thief.sealAllAbove(0, key); // signs all of them anew with the key he has
          case 2 -> { // drops what he cannot sign
            thief.notes().headMap(14L, true).clear();
            thief.sealAllAbove(14, key);
          }
          case 3 -> { // drops only those that the edit contradicts
            thief.notes().subMap((long) index, false, 14L, true).clear();
            thief.sealAllAbove(14, key);
          }
          default -> { // keeps one seal, over everything
            thief.notes().clear();
            thief.seal(20, key);
          }
        }
        thief.write();
        assertRefused(data, pins);
        deleteAll(data);
      }
    }
  }

  /**
   * He makes the key he has the log's only key: the log's name, which is its first key's, tells.
   */
  @Test
  void aThiefCannotMakeHisKeyTheFirst() throws Exception {
    Path data = temp.resolve("data");
    Pins pins;
    try (TestLog desk = TestLog.in(data)) {
      make(desk);
      pins = desk.firstKeyOnly();
    }
    Forger thief = new Forger(data);
    SigningKey key = stolen(data, thief.keys());
    thief.leaves().subList(5, 20).clear();
    thief.notes().clear();
    thief.seal(5, key).write();
    TestLog.sql(
        data.resolve(EvidenceLog.FILE),
        "DELETE FROM epoch_key WHERE epoch<2",
        "UPDATE epoch_key SET epoch=0, first_size=0",
        "DELETE FROM body");
    assertRefused(data, pins);
    assertRefused(data, Pins.NONE);
  }

  /**
   * The known limit: what only the live key has sealed, its thief can seal anew. With the witness's
   * line left on it, it is refused; a line that is gone is one that is missed.
   */
  @Test
  void aThiefCanChangeTheLiveEpochUnlessAWitnessHasSeenIt() throws Exception {
    Path sound = temp.resolve("sound");
    Pins all;
    Pins firstOnly;
    try (TestLog desk = TestLog.in(sound)) {
      make(desk);
      all = desk.pins();
      firstOnly = desk.firstKeyOnly();
      assertEquals(18, cosigned(desk.verify(all), TestLog.MIRROR));
    }
    Path data = TestLog.copy(sound, temp.resolve("stripped"));
    Forger thief = new Forger(data);
    thief.edit(16).sealAllAbove(14, stolen(data, thief.keys())).write();
    try (LogReader reader = LogReader.open(data)) {
      assertTrue(LogVerifier.verify(reader, firstOnly, n -> {}).holds(), "the known limit");
      Verdict verdict = LogVerifier.verify(reader, all, n -> {});
      assertTrue(verdict.holds());
      assertEquals(10, cosigned(verdict, TestLog.HEAD), "the head's word reaches less far");
      assertEquals(-1, cosigned(verdict, TestLog.MIRROR), "the mirror's word is gone");
      assertTrue(keys(verdict.notProved()).contains("not_cosigned"));
      assertTrue(keys(verdict.notProved()).contains("limit_live_epoch"));
    }
    Path kept = TestLog.copy(sound, temp.resolve("kept"));
    Forger careless = new Forger(kept);
    NoteSignature line = careless.note(18).signatures().get(1);
    careless.edit(16).sealAllAbove(14, stolen(kept, careless.keys()));
    careless.notes().computeIfPresent(18L, (size, note) -> note.with(line));
    careless.write();
    try (LogReader reader = LogReader.open(kept)) {
      assertFalse(LogVerifier.verify(reader, all, n -> {}).holds());
    }
  }

  @Test
  void what_is_written_while_a_log_is_verified_is_not_taken_for_its_end() throws Exception {
    try (TestLog desk = TestLog.in(temp.resolve("live"))) {
      make(desk);
      long size = desk.log().durableSize();
      try (LogReader reader = LogReader.open(desk.folder()).holdStill()) {
        Verdict verdict =
            LogVerifier.verify(
                reader,
                desk.pins(),
                checked -> {
                  try {
                    desk.add(1);
                  } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                  }
                });
        assertTrue(desk.log().durableSize() > size, "the writer wrote meanwhile");
        assertEquals(List.of(), verdict.refused());
        assertEquals(size, verdict.records());
      }
    }
  }

  private static long cosigned(Verdict verdict, SigningKey witness) {
    Optional<Statement> found =
        verdict.proved().stream()
            .filter(s -> s.key().equals("cosigned"))
            .filter(s -> s.values().contains(witness.verifier().name()))
            .findFirst();
    return found.isEmpty() ? -1 : Long.parseLong(found.get().values().get(0));
  }

  /** The other known limit: an unsealed tail can go without a trace in what is left. */
  @Test
  void anUnsealedTailThatIsCutOffIsNotMissed() throws Exception {
    Path data = temp.resolve("data");
    Pins pins;
    try (TestLog desk = TestLog.in(data)) {
      make(desk);
      pins = desk.firstKeyOnly();
    }
    Forger thief = new Forger(data);
    thief.leaves().subList(18, 20).clear();
    thief.write();
    TestLog.sql(data.resolve(EvidenceLog.FILE), "DELETE FROM body WHERE idx>=18");
    try (LogReader reader = LogReader.open(data)) {
      assertTrue(LogVerifier.verify(reader, pins, n -> {}).holds());
    }
  }

  static void deleteAll(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : (Iterable<Path>) files.sorted(Comparator.reverseOrder())::iterator) {
        Files.delete(file);
      }
    }
  }
}
