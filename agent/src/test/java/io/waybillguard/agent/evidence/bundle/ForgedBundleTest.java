package io.waybillguard.agent.evidence.bundle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.waybillguard.agent.evidence.EvidenceLog;
import io.waybillguard.agent.evidence.LogReader;
import io.waybillguard.agent.evidence.Pins;
import io.waybillguard.agent.evidence.TestLog;
import io.waybillguard.agent.evidence.Verdict;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Bundles that somebody has changed, with and without making the manifests anew. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ForgedBundleTest {
  /** For people to read, or for comparison: covered by the manifests alone. */
  static final Set<String> UNPROVEN =
      Set.of(
          "bag-info.txt",
          "README.zh-CN.txt",
          "data/custody.jsonl",
          "data/log/witness.vkey",
          "data/view/report.html",
          "data/view/报告.html",
          "data/view/清单.csv",
          "manifest-sha256.txt",
          "tagmanifest-sha256.txt");

  @TempDir Path temp;
  private LooseBundle sound = new LooseBundle();
  private LooseBundle other = new LooseBundle();
  private Pins pins = Pins.NONE;

  @BeforeAll
  void make(@TempDir Path made) throws Exception {
    sound = bundle(made, "data", 2, 8);
    other = bundle(made, "other", 2, 8);
    try (TestLog desk = TestLog.in(made.resolve("data"))) {
      pins = desk.pins();
    }
    assertEquals(List.of(), verify(sound).refused());
  }

  private static LooseBundle bundle(Path made, String name, long... wanted) throws Exception {
    try (TestLog desk = TestLog.in(made.resolve(name));
        LogReader reader = LogReader.open(desk.folder())) {
      desk.add(3).seal().add(2).changeKey();
      desk.add(4).cosign(EvidenceLog.Witness.HEAD).add(3).changeKey();
      desk.add(4).cosign(EvidenceLog.Witness.HEAD);
      new BundleWriter(
              reader,
              List.of(TestLog.HEAD.verifier()),
              List.of(),
              TestLog.NOON,
              ZoneId.of("Asia/Shanghai"))
          .write(
              new TreeSet<>(Arrays.stream(wanted).boxed().toList()),
              made.resolve(name + "-bundle"),
              done -> {});
    }
    return LooseBundle.of(made.resolve(name + "-bundle"));
  }

  private Verdict verify(BundleFiles files) {
    return BundleVerifier.verify(files, pins, done -> {});
  }

  private void assertRefused(LooseBundle forged, String how) {
    Verdict verdict = verify(forged);
    assertFalse(verdict.holds(), how + " was accepted");
    assertEquals(List.of(), verdict.proved(), how);
  }

  // -- whole files -------------------------------------------------------------------------------

  private interface Forgery {
    void on(LooseBundle bundle) throws IOException;
  }

  @TestFactory
  Stream<DynamicTest> aForgerWhoMakesTheManifestsAnewIsRefused() throws IOException {
    Map<String, Forgery> all = new TreeMap<>();
    for (String name : sound.names()) {
      boolean body = name.endsWith(".body") || name.endsWith(".salt");
      if (!UNPROVEN.contains(name) && !body) {
        all.put("without " + name, b -> b.remove(name));
      }
      if (!UNPROVEN.contains(name)) {
        all.put(
            "cut: " + name, b -> b.change(name, bytes -> Arrays.copyOf(bytes, bytes.length - 1)));
        all.put(
            "longer: " + name,
            b -> b.change(name, bytes -> Arrays.copyOf(bytes, bytes.length + 1)));
        all.put("a line more: " + name, b -> b.change(name, bytes -> joined(bytes, "x\n")));
        all.put("twice over: " + name, b -> b.change(name, bytes -> joined(bytes, bytes)));
      }
      if (name.startsWith("data/log/c")
          || name.endsWith("/keys")
          || name.endsWith(".tlog-proof")
          || name.endsWith(".json")) {
        all.put("another log's " + name, b -> b.put(name, other.read(name)));
      }
    }
    all.put("a body without its salt", b -> b.remove("data/records/8.0.salt"));
    all.put("a salt without its body", b -> b.remove("data/records/8.0.body"));
    all.put(
        "a body that was not promised",
        b ->
            b.put("data/records/8.1.body", new byte[1]).put("data/records/8.1.salt", new byte[16]));
    all.put("bodies swapped", b -> swap(b, "data/records/8.0.body", "data/records/2.0.body"));
    all.put(
        "records swapped",
        b -> {
          swap(b, "data/records/8.json", "data/records/2.json");
          swap(b, "data/records/8.tlog-proof", "data/records/2.tlog-proof");
          swap(b, "data/records/8.0.body", "data/records/2.0.body");
          swap(b, "data/records/8.0.salt", "data/records/2.0.salt");
        });
    all.put(
        "a record under another number",
        b -> {
          for (String part : List.of(".json", ".tlog-proof", ".0.body", ".0.salt")) {
            b.rename("data/records/8" + part, "data/records/9" + part);
          }
        });
    all.put("a number that is none", b -> b.rename("data/records/8.json", "data/records/08.json"));
    all.put(
        "a number beyond all numbers",
        b -> b.rename("data/records/8.json", "data/records/9223372036854775808.json"));
    all.put(
        "an epoch left out",
        b -> {
          b.remove("data/log/checkpoints/6")
              .remove("data/log/consistency/0-6")
              .remove("data/log/consistency/6-10");
          b.change("data/log/keys", bytes -> without(bytes, 1));
        });
    all.put("the newest key left out", b -> b.change("data/log/keys", bytes -> without(bytes, 2)));
    all.put(
        "the last record that hands over left out",
        b -> {
          for (String part : List.of(".json", ".tlog-proof", ".0.body", ".0.salt")) {
            b.remove("data/records/13" + part);
          }
        });
    all.put("keys swapped", b -> b.change("data/log/keys", ForgedBundleTest::keysSwapped));
    all.put(
        "an older head as the newest",
        b -> b.put("data/log/checkpoint", b.read("data/log/checkpoints/14")));
    all.put(
        "a proof with the leaf inside",
        b ->
            b.change(
                "data/records/8.tlog-proof",
                bytes -> replaced(bytes, "index 8", "extra YQ==\nindex 8")));
    all.put("another file in data", b -> b.put("data/records/notes.txt", new byte[1]));
    all.put("another file beside data", b -> b.put("letter.txt", new byte[1]));
    all.put("a file above the bundle", b -> b.put("../letter.txt", new byte[1]));
    all.put(
        "no records",
        b -> b.names().stream().filter(n -> n.startsWith("data/records/")).forEach(b::remove));
    all.put(
        "another version of BagIt",
        b -> b.change("bagit.txt", bytes -> replaced(bytes, "1.0", "0.97")));
    all.put(
        "a key file with CRLF",
        b -> b.change("data/log/keys", bytes -> replaced(bytes, "\n", "\r\n")));
    all.put(
        "a witness that is not ours",
        b ->
            b.put(
                "data/log/witness.vkey",
                (TestLog.MIRROR.verifier() + "x\n").getBytes(StandardCharsets.UTF_8)));
    all.put("an empty head", b -> b.put("data/log/checkpoint", new byte[0]));
    all.put(
        "a head that is not UTF-8",
        b -> b.put("data/log/checkpoint", new byte[] {(byte) 0xff, '\n', '\n'}));
    return all.entrySet().stream()
        .map(
            each ->
                DynamicTest.dynamicTest(
                    each.getKey(),
                    () -> {
                      LooseBundle forged = sound.copy();
                      each.getValue().on(forged);
                      assertRefused(forged.sealed(), each.getKey());
                    }));
  }

  /** To a reader of notes, a damaged line is one of a key that he does not know. Not here. */
  @Test
  void aLineInASealThatIsNotUnderstoodIsRefused() throws Exception {
    String seal = text(sound.read("data/log/checkpoint"));
    List<String> lines = seal.lines().filter(line -> line.startsWith("— ")).toList();
    assertEquals(2, lines.size(), "the log's own, and HQ's");
    for (String line : lines) {
      String stray = withStrayBits(line);
      assertEquals(
          List.of(decoded(line)), List.of(decoded(stray)), "a lax reader sees the same bytes");
      assertRefused(resealed(line, stray), "stray low bits in " + line);
    }
    io.waybillguard.agent.evidence.NoteSignature nobody =
        io.waybillguard.agent.evidence.SeededKey.cosigner("nobody.example.com", "nobody")
            .cosign(seal.substring(0, seal.indexOf("\n\n") + 1), TestLog.NOON);
    String hqs = lines.get(1);
    assertRefused(
        resealed(hqs, hqs + "\n— " + nobody.name() + " " + nobody.blob()), "a line of nobody");
    assertRefused(resealed(hqs, hqs + "\n" + hqs), "a line twice");
    assertRefused(resealed(hqs, hqs.substring(0, hqs.length() - 4)), "a line cut short");
  }

  /** The last digit before the padding has low bits that carry nothing. */
  private static String withStrayBits(String line) {
    String digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    int last = line.length() - 1;
    while (line.charAt(last) == '=') {
      last--;
    }
    assertTrue(last < line.length() - 1, "there is padding");
    char other = digits.charAt(digits.indexOf(line.charAt(last)) ^ 1);
    return line.substring(0, last) + other + line.substring(last + 1);
  }

  private static String decoded(String line) {
    byte[] blob = java.util.Base64.getDecoder().decode(line.substring(line.lastIndexOf(' ') + 1));
    return java.util.HexFormat.of().formatHex(blob);
  }

  /** Changes a line wherever the seal stands, and makes the manifests anew. */
  private LooseBundle resealed(String line, String by) throws IOException {
    LooseBundle forged = sound.copy();
    for (String name : sound.names()) {
      if (name.startsWith("data/") && text(sound.read(name)).contains(line)) {
        forged.change(name, bytes -> replaced(bytes, line, by));
      }
    }
    return forged.sealed();
  }

  /** The known limit of views: they prove nothing, and the verdict says so. */
  @Test
  void whatIsOnlyForReadingIsFixedByTheFingerprintAlone() throws Exception {
    for (String name : UNPROVEN) {
      if (name.startsWith("data/view/") || name.equals("data/custody.jsonl")) {
        LooseBundle forged =
            sound.copy().put(name, "another story".getBytes(StandardCharsets.UTF_8));
        assertRefused(forged, name);
        forged.sealed();
        Verdict verdict = verify(forged);
        assertTrue(verdict.holds(), name);
        assertTrue(
            verdict
                .notProved()
                .contains(io.waybillguard.agent.evidence.Statement.of("limit_views")),
            name);
        assertFalse(
            Arrays.equals(sound.read(Bag.TAG_MANIFEST), forged.read(Bag.TAG_MANIFEST)),
            "another fingerprint");
      }
    }
  }

  private static byte[] joined(byte[] bytes, String more) {
    return joined(bytes, more.getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] joined(byte[] a, byte[] b) {
    byte[] both = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, both, a.length, b.length);
    return both;
  }

  private static void swap(LooseBundle bundle, String a, String b) throws IOException {
    byte[] kept = bundle.read(a);
    bundle.put(a, bundle.read(b)).put(b, kept);
  }

  private static byte[] without(byte[] lines, int line) {
    List<String> all = new java.util.ArrayList<>(text(lines).lines().toList());
    all.remove(line);
    return (String.join("\n", all) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] keysSwapped(byte[] lines) {
    List<String> all = text(lines).lines().toList();
    String[] one = all.get(1).split(" ", 2);
    String[] two = all.get(2).split(" ", 2);
    String swapped =
        all.get(0) + "\n" + one[0] + " " + two[1] + "\n" + two[0] + " " + one[1] + "\n";
    return swapped.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] replaced(byte[] bytes, String what, String by) {
    String before = text(bytes);
    String after = before.replace(what, by);
    assertFalse(before.equals(after), "nothing was changed");
    return after.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  @Test
  void manifestsThatAreNotWellFormedAreRefused() throws IOException {
    Map<String, UnaryOperator<String>> all = new TreeMap<>();
    all.put(
        "upper-case hex",
        t -> t.substring(0, 64).toUpperCase(java.util.Locale.ROOT) + t.substring(64));
    all.put("one space", t -> t.replaceFirst("  ", " "));
    all.put("a binary mark", t -> t.replaceFirst("  ", " *"));
    all.put("CRLF", t -> t.replace("\n", "\r\n"));
    all.put("a line twice", t -> t + t.substring(0, t.indexOf('\n') + 1));
    all.put("no last newline", t -> t.substring(0, t.length() - 1));
    all.put("a blank line", t -> t + "\n");
    all.put("a line for a file that is not there", t -> t + "0".repeat(64) + "  data/none\n");
    all.put("a line less", t -> t.substring(t.indexOf('\n') + 1));
    all.put("nothing", t -> "");
    for (String manifest : List.of(Bag.MANIFEST, Bag.TAG_MANIFEST)) {
      for (var each : all.entrySet()) {
        LooseBundle forged = sound.copy();
        forged.change(
            manifest, bytes -> each.getValue().apply(text(bytes)).getBytes(StandardCharsets.UTF_8));
        if (manifest.equals(Bag.MANIFEST)) {
          String hash = io.waybillguard.agent.evidence.Hash.sha256(forged.read(manifest)).hex();
          forged.change(
              Bag.TAG_MANIFEST,
              bytes ->
                  text(bytes)
                      .replaceAll("[0-9a-f]{64}(  manifest-sha256.txt)", hash + "$1")
                      .getBytes(StandardCharsets.UTF_8));
        }
        assertRefused(forged, manifest + " with " + each.getKey());
      }
    }
  }

  // -- zips and folders as a hostile hand makes them
  // -----------------------------------------------

  @Test
  void aZipWithOneFolderAtTheTopHolds() throws IOException {
    Path zip = sound.zipped(temp.resolve("top.zip"), "证据包-2026/");
    assertEquals(List.of(), BundleVerifier.verify(zip, pins, n -> {}).refused());
  }

  @Test
  void aBundleThatHasLostTheFileThatDeclaresItIsRefusedAndNotTakenForSomethingElse()
      throws IOException {
    for (String name : List.of(Bag.DECLARATION, Bag.MANIFEST, Bag.TAG_MANIFEST)) {
      Path zip = sound.copy().remove(name).zipped(temp.resolve("lost.zip"), "");
      assertFalse(BundleVerifier.verify(zip, pins, n -> {}).holds(), name);
    }
  }

  @Test
  void aZipThatIsNoBundleIsNotJudged() throws IOException {
    Path zip = new LooseBundle().put("letter.txt", new byte[1]).zipped(temp.resolve("a.zip"), "");
    IOException none =
        assertThrows(IOException.class, () -> BundleVerifier.verify(zip, pins, n -> {}));
    assertTrue(String.valueOf(none).contains(Bag.DECLARATION), String.valueOf(none));
  }

  @Test
  void aZipWithNamesThatLeadOutOfItIsRefusedAndWritesNothing() throws IOException {
    for (String name :
        List.of("../out.txt", "/out.txt", "data/../../out.txt", "data\\out.txt", "C:\\out.txt")) {
      LooseBundle forged = sound.copy().put(name, new byte[1]);
      Path zip = forged.zipped(temp.resolve("out.zip"), "");
      assertFalse(BundleVerifier.verify(zip, pins, n -> {}).holds(), name);
      Path below = forged.zipped(temp.resolve("out.zip"), "top/");
      assertFalse(BundleVerifier.verify(below, pins, n -> {}).holds(), name);
    }
    assertFalse(Files.exists(temp.resolve("out.txt")));
  }

  @Test
  void aZipThatHoldsANameTwiceIsRefused() throws IOException {
    LooseBundle twin =
        sound.copy().put("data/records/8.jsoM", "{}".getBytes(StandardCharsets.UTF_8));
    Path zip = twin.zipped(temp.resolve("twice.zip"), "");
    byte[] bytes = Files.readAllBytes(zip);
    byte[] from = "data/records/8.jsoM".getBytes(StandardCharsets.UTF_8);
    int renamed = 0;
    for (int at = 0; at + from.length <= bytes.length; at++) {
      if (Arrays.equals(bytes, at, at + from.length, from, 0, from.length)) {
        bytes[at + from.length - 1] = 'n';
        renamed++;
      }
    }
    assertEquals(2, renamed, "in the entry and in the directory");
    Files.write(zip, bytes);
    assertThrows(IOException.class, () -> BundleVerifier.verify(zip, pins, n -> {}));
  }

  @Test
  void aFileThatUnpacksBeyondAllBoundsIsRefused() throws IOException {
    Path zip = temp.resolve("bomb.zip");
    byte[] zeros = new byte[1 << 20];
    try (OutputStream out = Files.newOutputStream(zip);
        ZipOutputStream entries = new ZipOutputStream(out)) {
      for (String name : sound.names()) {
        entries.putNextEntry(new ZipEntry(name));
        entries.write(sound.read(name));
        entries.closeEntry();
      }
      entries.putNextEntry(new ZipEntry("data/records/20.json"));
      for (int i = 0; i < 300; i++) {
        entries.write(zeros);
      }
      entries.closeEntry();
    }
    assertTrue(Files.size(zip) < 1 << 20, "300 MiB in less than one");
    assertFalse(BundleVerifier.verify(zip, pins, n -> {}).holds());

    // The same, with a directory that says it is small.
    byte[] bytes = Files.readAllBytes(zip);
    ByteBuffer directory = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int patched = 0;
    for (int at = 0; at + 46 < bytes.length; at++) {
      if (directory.getInt(at) == 0x02014b50 && directory.getInt(at + 24) == 300 << 20) {
        directory.putInt(at + 24, 100);
        patched++;
      }
    }
    assertEquals(1, patched);
    Files.write(zip, bytes);
    long before = System.nanoTime();
    assertFalse(BundleVerifier.verify(zip, pins, n -> {}).holds());
    assertTrue(System.nanoTime() - before < 20_000_000_000L, "it is not unpacked to its end");
  }

  @Test
  void aZipThatClaimsMoreThanADiskHoldsIsNotRead() throws IOException {
    LooseBundle many = sound.copy();
    for (int i = 0; i < 9; i++) {
      many.put("data/records/" + (100 + i) + ".json", "x".getBytes(StandardCharsets.UTF_8));
    }
    Path zip = many.zipped(temp.resolve("claims.zip"), "");
    byte[] bytes = Files.readAllBytes(zip);
    ByteBuffer directory = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    for (int at = 0; at + 46 < bytes.length; at++) {
      if (directory.getInt(at) == 0x02014b50 && directory.getInt(at + 24) == 1) {
        directory.putInt(at + 24, Integer.MAX_VALUE);
      }
    }
    Files.write(zip, bytes);
    assertThrows(IOException.class, () -> BundleVerifier.verify(zip, pins, n -> {}));
  }

  @Test
  void aZipThatIsCutOrDamagedIsRefusedOrCannotBeRead() throws IOException {
    byte[] whole = Files.readAllBytes(sound.zipped(temp.resolve("whole.zip"), ""));
    Path zip = temp.resolve("damaged.zip");
    Random random = new Random(614);
    for (int i = 0; i < 200; i++) {
      byte[] damaged = whole.clone();
      if (i % 2 == 0) {
        damaged = Arrays.copyOf(whole, random.nextInt(whole.length));
      } else {
        damaged[random.nextInt(whole.length)] ^= (byte) (1 << random.nextInt(8));
      }
      Files.write(zip, damaged);
      assertRefusedOrSame(zip, "damage " + i);
    }
  }

  /** A flip in a time stamp of the zip itself changes nothing of the bundle. */
  private void assertRefusedOrSame(Path zip, String how) {
    try {
      if (BundleVerifier.verify(zip, pins, n -> {}).holds()) {
        LooseBundle read = LooseBundle.of(zip);
        assertEquals(sound.names(), read.names(), how);
        for (String name : read.names()) {
          assertEquals(text(sound.read(name)), text(read.read(name)), how);
        }
      }
    } catch (IOException cannotBeRead) {
      assertFalse(String.valueOf(cannotBeRead.getMessage()).isEmpty());
    }
  }

  @Test
  void aLinkInAFolderIsNotFollowed() throws IOException {
    assumeTrue(!System.getProperty("os.name", "").startsWith("Windows"), "SKIPPED: no links here");
    Path folder = sound.unpacked(temp.resolve("linked"));
    Path record = folder.resolve("data/records/8.json");
    Path elsewhere = Files.move(record, temp.resolve("elsewhere.json"));
    Files.createSymbolicLink(record, elsewhere);
    assertFalse(BundleVerifier.verify(folder, pins, n -> {}).holds(), "a file");

    Path second = sound.unpacked(temp.resolve("linked-folder"));
    Path moved = Files.move(second.resolve("data/log"), temp.resolve("elsewhere"));
    Files.createSymbolicLink(second.resolve("data/log"), moved);
    assertFalse(BundleVerifier.verify(second, pins, n -> {}).holds(), "a folder");
    try (BundleFiles files = BundleFiles.open(second)) {
      assertThrows(IOException.class, () -> files.read("data/log/keys"));
    }
  }
}
