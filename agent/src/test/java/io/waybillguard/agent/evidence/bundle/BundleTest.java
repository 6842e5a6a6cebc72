package io.waybillguard.agent.evidence.bundle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.evidence.BodyPart;
import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.EvidenceLog;
import io.waybillguard.agent.evidence.Hash;
import io.waybillguard.agent.evidence.KeyChain;
import io.waybillguard.agent.evidence.Ledger;
import io.waybillguard.agent.evidence.LogReader;
import io.waybillguard.agent.evidence.Pins;
import io.waybillguard.agent.evidence.SignedNote;
import io.waybillguard.agent.evidence.Statement;
import io.waybillguard.agent.evidence.TestLog;
import io.waybillguard.agent.evidence.Verdict;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written into a bundle, and that it proves what it says. */
final class BundleTest {
  private static final ZoneId SHANGHAI = ZoneId.of("Asia/Shanghai");

  @TempDir Path temp;
  private TestLog desk;

  /** Epochs end at 6 and 14; 21 records, all sealed; the heads at 10 and 18 are cosigned. */
  @BeforeEach
  void make() throws IOException {
    desk = TestLog.in(temp.resolve("data"));
    desk.add(3).seal().add(2).changeKey();
    desk.add(4).cosign(EvidenceLog.Witness.HEAD).add(3).changeKey();
    desk.add(4).cosign(EvidenceLog.Witness.HEAD).cosign(EvidenceLog.Witness.MIRROR).add(3).seal();
    assertEquals(21, desk.log().durableSize());
  }

  @AfterEach
  void close() {
    desk.close();
  }

  private long write(Path target, long... wanted) throws IOException, EvidenceException {
    try (LogReader reader = LogReader.open(desk.folder())) {
      return write(reader, target, wanted);
    }
  }

  private static long write(Ledger log, Path target, long... wanted)
      throws IOException, EvidenceException {
    SortedSet<Long> records = new TreeSet<>();
    for (long each : wanted) {
      records.add(each);
    }
    return new BundleWriter(
            log,
            List.of(TestLog.HEAD.verifier(), TestLog.MIRROR.verifier()),
            List.of(Json.object().put("case", "2026-0612").put("asked_by", "王检察官")),
            TestLog.NOON,
            SHANGHAI)
        .write(records, target, done -> {});
  }

  private static Verdict verify(Path bundle, Pins pins) throws IOException {
    return BundleVerifier.verify(bundle, pins, done -> {});
  }

  @Test
  void aBundleHoldsAsAFolderAndAsAZip() throws Exception {
    for (String name : List.of("bundle", "bundle.zip", "BUNDLE.ZIP")) {
      Path bundle = temp.resolve(name);
      assertEquals(5, write(bundle, 2, 8, 9));
      List<Long> told = new ArrayList<>();
      Verdict verdict = BundleVerifier.verify(bundle, desk.pins(), told::add);
      assertEquals(List.of(), verdict.refused());
      assertEquals(18, verdict.size(), "the newest head that is cosigned");
      assertEquals(5, verdict.records(), "and the two that hand over keys");
      assertEquals(List.of(1L, 2L, 3L, 4L, 5L), told);
      assertEquals(
          List.of("manifests_intact", "bundle_intact", "first_key_pinned", "cosigned", "cosigned"),
          verdict.proved().stream().map(Statement::key).toList());
      assertEquals(
          List.of("limit_live_epoch", "limit_tail", "limit_clock", "limit_truth", "limit_views"),
          verdict.notProved().stream().map(Statement::key).toList());
      assertFalse(Files.exists(temp.resolve(name + ".part")));
    }
  }

  @Test
  void aBundleOfEveryRecordHolds() throws Exception {
    long[] all = java.util.stream.LongStream.range(0, 21).toArray();
    assertEquals(21, write(temp.resolve("all.zip"), all));
    Verdict verdict = verify(temp.resolve("all.zip"), desk.firstKeyOnly());
    assertEquals(List.of(), verdict.refused());
    assertEquals(21, verdict.size());
  }

  /** A tree with a full tile, a second level, and a tile that is not full. */
  @Test
  void aWholeLogCanBeRebuiltFromItsTiles() throws Exception {
    desk.add(300).seal();
    Path bundle = temp.resolve("whole");
    try (LogReader reader = LogReader.open(desk.folder())) {
      new BundleWriter(reader, List.of(), List.of(), TestLog.NOON, SHANGHAI)
          .withWholeLog()
          .write(new TreeSet<>(List.of(2L, 256L, 320L)), bundle, done -> {});
    }
    LooseBundle sound = LooseBundle.of(bundle);
    assertEquals(
        List.of(
            "data/log/tile/0/000",
            "data/log/tile/0/001.p/65",
            "data/log/tile/1/000.p/1",
            "data/log/tile/entries/000",
            "data/log/tile/entries/001.p/65"),
        sound.names().stream().filter(n -> n.startsWith(Tiles.FOLDER)).toList());
    Verdict verdict = BundleVerifier.verify(sound, desk.firstKeyOnly(), done -> {});
    assertEquals(List.of(), verdict.refused());
    assertTrue(verdict.proved().contains(Statement.of("tiles_intact", 321)));
    for (String name : sound.names().stream().filter(n -> n.startsWith(Tiles.FOLDER)).toList()) {
      for (int at : new int[] {0, 31, sound.read(name).length - 1}) {
        LooseBundle forged = sound.copy();
        forged.change(
            name,
            bytes -> {
              bytes[at] ^= 1;
              return bytes;
            });
        assertRefused(forged.sealed(), name + " with byte " + at + " flipped");
      }
      assertRefused(sound.copy().remove(name).sealed(), "without " + name);
      assertRefused(
          sound.copy().change(name, b -> java.util.Arrays.copyOf(b, b.length + 1)).sealed(),
          name + " with a byte more");
      assertRefused(
          sound.copy().change(name, b -> java.util.Arrays.copyOf(b, b.length - 1)).sealed(),
          name + " with a byte less");
    }
    assertRefused(
        sound.copy().put("data/log/tile/2/000.p/1", new byte[32]).sealed(), "a tile too many");
  }

  private void assertRefused(LooseBundle forged, String how) throws IOException {
    assertFalse(BundleVerifier.verify(forged, desk.firstKeyOnly(), done -> {}).holds(), how);
  }

  /** The record that says what was erased comes along without being asked for. */
  @Test
  void erasedContentIsToldFromContentThatIsMerelyAbsent() throws Exception {
    desk.log().erase(new TreeSet<>(List.of(7L, 8L)), "request-7");
    desk.cosign(EvidenceLog.Witness.HEAD);
    Path bundle = temp.resolve("erased");
    assertEquals(6, write(bundle, 6, 7, 8));
    Verdict verdict = verify(bundle, desk.pins());
    assertEquals(List.of(), verdict.refused());
    assertTrue(
        verdict.notProved().contains(Statement.of("bodies_erased", 2, 0)),
        verdict.notProved().toString());
    LooseBundle files = LooseBundle.of(bundle);
    assertTrue(
        text(files, "data/custody.jsonl")
            .endsWith(
                """
                {"action":"add","which":[[21,22]],"why":"erasure"}
                {"action":"content_absent","which":[[7,9]],"why":"erased"}
                """),
        text(files, "data/custody.jsonl"));
    files.remove("data/records/6.0.body").remove("data/records/6.0.salt").sealed();
    Verdict less = BundleVerifier.verify(files, desk.firstKeyOnly(), done -> {});
    assertTrue(less.holds());
    assertTrue(less.notProved().contains(Statement.of("bodies_absent", 1, 0)));
  }

  @Test
  void withoutWhatIsKnownOutsideLessIsProved() throws Exception {
    write(temp.resolve("bundle"), 2);
    Verdict verdict = verify(temp.resolve("bundle"), Pins.NONE);
    assertTrue(verdict.holds());
    assertEquals(
        List.of("manifests_intact", "bundle_intact"),
        verdict.proved().stream().map(Statement::key).toList());
    assertEquals(
        List.of(
            "first_key_not_given",
            "witness_not_given",
            "limit_live_epoch",
            "limit_tail",
            "limit_clock",
            "limit_truth",
            "limit_views"),
        verdict.notProved().stream().map(Statement::key).toList());
  }

  @Test
  void anotherLogsKeyDoesNotPass() throws Exception {
    write(temp.resolve("bundle"), 2);
    try (TestLog other = TestLog.in(temp.resolve("other"))) {
      Verdict verdict = verify(temp.resolve("bundle"), other.firstKeyOnly());
      assertFalse(verdict.holds());
      assertEquals(List.of(), verdict.proved());
    }
  }

  @Test
  void theFilesAreThoseOfTheFormat() throws Exception {
    Path bundle = temp.resolve("bundle");
    write(bundle, 8);
    LooseBundle files = LooseBundle.of(bundle);
    assertEquals(
        List.of(
            "README.zh-CN.txt",
            "bag-info.txt",
            "bagit.txt",
            "data/custody.jsonl",
            "data/log/checkpoint",
            "data/log/checkpoints/10",
            "data/log/checkpoints/14",
            "data/log/checkpoints/18",
            "data/log/checkpoints/6",
            "data/log/consistency/0-6",
            "data/log/consistency/10-14",
            "data/log/consistency/14-18",
            "data/log/consistency/6-10",
            "data/log/keys",
            "data/log/witness.vkey",
            "data/records/13.0.body",
            "data/records/13.0.salt",
            "data/records/13.json",
            "data/records/13.tlog-proof",
            "data/records/5.0.body",
            "data/records/5.0.salt",
            "data/records/5.json",
            "data/records/5.tlog-proof",
            "data/records/8.0.body",
            "data/records/8.0.salt",
            "data/records/8.json",
            "data/records/8.tlog-proof",
            "data/view/report.html",
            "data/view/报告.html",
            "data/view/清单.csv",
            "manifest-sha256.txt",
            "tagmanifest-sha256.txt"),
        List.copyOf(files.names()));
    assertEquals(
        """
        {"asked_by":"王检察官","case":"2026-0612"}
        {"action":"add","which":[[5,6],[13,14]],"why":"key_hand_over"}
        """,
        text(files, "data/custody.jsonl"));
    String info = text(files, "bag-info.txt");
    assertTrue(info.contains("External-Identifier: " + desk.log().origin() + "\n"), info);
    assertTrue(info.contains("Bagging-Date: 2026-06-12\n"), info);
    long payload = 0;
    long count = 0;
    for (String name : files.names()) {
      if (name.startsWith("data/")) {
        payload += files.read(name).length;
        count++;
      }
    }
    assertTrue(info.contains("Payload-Oxum: " + payload + "." + count + "\n"), info);
    List<String> rows = text(files, "data/view/清单.csv").lines().toList();
    assertEquals(7, rows.size(), "a heading, and each record with its body");
    assertTrue(rows.get(3).startsWith("3,data/records/8.json,usb.attach,application/json,"));
    assertTrue(
        rows.get(3)
            .endsWith(
                Hash.sha256(files.read("data/records/8.json")).hex()
                    + ","
                    + Sm3.hex(files.read("data/records/8.json"))
                    + ",2026-06-12 12:31:00.000 +08:00,,2026-06-12 12:31:00.000 +08:00"),
        rows.get(3));
  }

  private static String text(LooseBundle files, String name) throws IOException {
    return new String(files.read(name), StandardCharsets.UTF_8);
  }

  /** What the README tells everybody to do first. */
  @Test
  void sha256sumAgreesWithTheManifests() throws Exception {
    Path bundle = temp.resolve("bundle");
    write(bundle, 8);
    for (String manifest : List.of("manifest-sha256.txt", "tagmanifest-sha256.txt")) {
      Process process =
          new ProcessBuilder("sha256sum", "--check", "--strict", "--quiet", manifest)
              .directory(bundle.toFile())
              .redirectErrorStream(true)
              .start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertEquals(0, process.waitFor(), said);
      assertEquals("", said);
    }
  }

  @Test
  void aBundleWhoseHeadEndsAnEpochHolds() throws Exception {
    desk.changeKey();
    write(temp.resolve("bundle"), 20);
    Verdict verdict = verify(temp.resolve("bundle"), desk.firstKeyOnly());
    assertEquals(List.of(), verdict.refused());
    assertEquals(22, verdict.size());
    assertEquals(4, verdict.records(), "one wanted, three that hand over");
  }

  @Test
  void aHeadThatHqHasNotSeenIsRefusedWhereHqsKeyIsKnown() throws Exception {
    write(temp.resolve("bundle"), 20);
    assertTrue(verify(temp.resolve("bundle"), desk.firstKeyOnly()).holds());
    assertFalse(verify(temp.resolve("bundle"), desk.pins()).holds());
  }

  @Test
  void aRecordThatIsNotSealedIsRefusedAndNothingIsLeftBehind() throws Exception {
    desk.add(1);
    for (String name : List.of("bundle", "bundle.zip")) {
      Path target = temp.resolve(name);
      EvidenceException refused = assertThrows(EvidenceException.class, () -> write(target, 2, 21));
      assertTrue(String.valueOf(refused.getMessage()).contains("record 21 is not sealed yet"));
      assertNothingAt(target);
    }
  }

  @Test
  void aRecordThatIsGoneIsRefusedAndNothingIsLeftBehind() throws Exception {
    for (String name : List.of("bundle", "bundle.zip")) {
      Path target = temp.resolve(name);
      try (LogReader reader = LogReader.open(desk.folder())) {
        Ledger pruned = new Without(reader, 8);
        assertThrows(EvidenceException.class, () -> write(pruned, target, 2, 8));
      }
      assertNothingAt(target);
    }
    assertThrows(EvidenceException.class, () -> write(temp.resolve("bundle")));
  }

  private static void assertNothingAt(Path target) {
    assertFalse(Files.exists(target), target.toString());
    assertFalse(Files.exists(target.resolveSibling(target.getFileName() + ".part")));
  }

  @Test
  void whatIsThereAlreadyIsNotWrittenOver() throws Exception {
    Path folder = Files.createDirectory(temp.resolve("full"));
    Files.writeString(folder.resolve("letter.txt"), "mine");
    Path zip = Files.writeString(temp.resolve("mine.zip"), "mine");
    assertThrows(FileAlreadyExistsException.class, () -> write(folder, 2));
    assertThrows(FileAlreadyExistsException.class, () -> write(zip, 2));
    assertEquals("mine", Files.readString(folder.resolve("letter.txt")));
    assertEquals("mine", Files.readString(zip));
    Path empty = Files.createDirectory(temp.resolve("empty"));
    write(empty, 2);
    assertTrue(verify(empty, desk.pins()).holds());
  }

  @Test
  void anErasedBodyIsAbsentAndTheRestHolds() throws Exception {
    try (LogReader reader = LogReader.open(desk.folder())) {
      write(new Without(reader, -1), temp.resolve("bundle"), 2, 8);
    }
    Verdict verdict = verify(temp.resolve("bundle"), desk.pins());
    assertEquals(List.of(), verdict.refused());
    assertTrue(verdict.notProved().contains(Statement.of("bodies_absent", 4, 0)));
  }

  @Test
  void whatIsNoBundleIsSaidToBeNone() throws Exception {
    assertThrows(IOException.class, () -> verify(temp.resolve("nothing"), Pins.NONE));
    Path empty = Files.createDirectory(temp.resolve("empty"));
    assertThrows(IOException.class, () -> verify(empty, Pins.NONE));
    Path text = Files.writeString(temp.resolve("text.zip"), "no zip");
    assertThrows(IOException.class, () -> verify(text, Pins.NONE));
  }

  /** A ledger without the bodies, and without one of its records. */
  private record Without(Ledger log, long missing) implements Ledger {
    @Override
    public KeyChain keys() throws IOException {
      return log.keys();
    }

    @Override
    public long size() throws IOException {
      return log.size();
    }

    @Override
    public Optional<byte[]> leaf(long index) throws IOException {
      return index == missing ? Optional.empty() : log.leaf(index);
    }

    @Override
    public List<BodyPart> bodies(long index) {
      return List.of();
    }

    @Override
    public NavigableMap<Long, SignedNote> checkpoints(long from, long to) throws IOException {
      return log.checkpoints(from, to);
    }

    @Override
    public Hash node(int level, long index) throws IOException {
      return log.node(level, index);
    }
  }
}
