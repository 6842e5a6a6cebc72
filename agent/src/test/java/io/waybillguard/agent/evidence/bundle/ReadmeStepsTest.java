package io.waybillguard.agent.evidence.bundle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.evidence.EvidenceLog;
import io.waybillguard.agent.evidence.LogReader;
import io.waybillguard.agent.evidence.TestLog;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * The commands that a bundle's README tells everybody to copy, taken out of the README in the
 * bundle and run by a real shell with the real sha256sum and openssl.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the README asks for a POSIX shell")
final class ReadmeStepsTest {
  private static final List<String> ALL_AGREE = List.of("1 相符", "2 相符", "3 相符", "4 相符", "5 相符");

  @TempDir Path temp;
  private LooseBundle sound = new LooseBundle();

  @BeforeAll
  void make(@TempDir Path made) throws Exception {
    try (TestLog desk = TestLog.in(made.resolve("data"));
        LogReader reader = LogReader.open(desk.folder())) {
      desk.add(3).seal().add(2).changeKey();
      desk.add(4).cosign(EvidenceLog.Witness.HEAD).add(3).changeKey();
      desk.add(4).cosign(EvidenceLog.Witness.HEAD).cosign(EvidenceLog.Witness.MIRROR);
      new BundleWriter(
              reader,
              List.of(TestLog.HEAD.verifier(), TestLog.MIRROR.verifier()),
              List.of(),
              TestLog.NOON,
              ZoneId.of("Asia/Shanghai"))
          .write(new TreeSet<>(List.of(0L, 2L, 8L, 16L, 17L)), made.resolve("bundle"), done -> {});
    }
    sound = LooseBundle.of(made.resolve("bundle"));
  }

  /** Command lines stand four spaces in; all else does not. */
  private static String commands(LooseBundle bundle) throws IOException {
    List<String> lines = new ArrayList<>();
    new String(bundle.read("README.zh-CN.txt"), StandardCharsets.UTF_8)
        .lines()
        .filter(line -> line.startsWith("    "))
        .forEach(line -> lines.add(line.substring(4)));
    assertTrue(lines.size() > 40, "commands: " + lines);
    return String.join("\n", lines) + "\n";
  }

  private static List<String> run(String commands, Path folder) throws Exception {
    Path script = Files.writeString(folder.resolveSibling(folder.getFileName() + ".sh"), commands);
    Path said = folder.resolveSibling(folder.getFileName() + ".out");
    Process shell =
        new ProcessBuilder("sh", script.toString())
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(said.toFile())
            .start();
    assertTrue(shell.waitFor(120, TimeUnit.SECONDS), "the commands hang");
    return Files.readAllLines(said, StandardCharsets.UTF_8);
  }

  private static List<String> answers(List<String> said) {
    return said.stream().filter(line -> line.matches("[1-9] 不?相符")).toList();
  }

  @Test
  void onASoundBundleEveryStepAgreesAndNothingIsChangedInIt() throws Exception {
    Path folder = sound.unpacked(temp.resolve("sound"));
    List<String> said = run(commands(sound), folder);
    assertEquals(ALL_AGREE, answers(said), String.join("\n", said));
    LooseBundle after = LooseBundle.of(folder);
    assertEquals(sound.names(), after.names());
    assertTrue(
        said.contains(
            "data/log/checkpoint " + TestLog.MIRROR.verifier().name() + " 2026-06-12 04:31:00 UTC"),
        String.join("\n", said));
  }

  private interface Edit {
    void on(LooseBundle bundle) throws IOException;
  }

  /** Each edit with the first step that must not agree. */
  private record Edited(int step, Edit edit) {}

  @TestFactory
  Stream<DynamicTest> anEditedBundleDoesNotPass() {
    Map<String, Edited> all = new TreeMap<>();
    all.put(
        "a record is edited, the manifests are not",
        new Edited(1, b -> b.change("data/records/8.json", ReadmeStepsTest::flipped)));
    all.put(
        "a file is added, the manifest is made anew, its own is not",
        new Edited(
            1,
            b -> {
              byte[] old = b.read(Bag.TAG_MANIFEST);
              b.put("data/records/99.json", new byte[1]).sealed().put(Bag.TAG_MANIFEST, old);
            }));
    all.put(
        "content is edited by a forger who makes the manifests anew",
        new Edited(2, b -> b.change("data/records/8.0.body", ReadmeStepsTest::flipped).sealed()));
    all.put(
        "a salt is edited by a forger who makes the manifests anew",
        new Edited(2, b -> b.change("data/records/8.0.salt", ReadmeStepsTest::flipped).sealed()));
    all.put(
        "a seal says another root",
        new Edited(
            3,
            b ->
                b.change("data/log/checkpoint", ReadmeStepsTest::flippedRoot)
                    .change("data/log/checkpoints/18", ReadmeStepsTest::flippedRoot)
                    .sealed()));
    all.put(
        "an older seal is edited",
        new Edited(
            3, b -> b.change("data/log/checkpoints/6", ReadmeStepsTest::flippedRoot).sealed()));
    all.put(
        "two keys are swapped",
        new Edited(
            3,
            b ->
                b.change(
                        "data/log/keys",
                        bytes -> {
                          List<String> lines = text(bytes).lines().toList();
                          return bytes(
                              lines.get(1).replaceFirst("^\\d+", "0")
                                  + "\n"
                                  + lines.get(0).replaceFirst("^\\d+", "6")
                                  + "\n"
                                  + lines.get(2)
                                  + "\n");
                        })
                    .sealed()));
    all.put(
        "HQ's word is taken off the newest seal",
        new Edited(
            4,
            b ->
                b.change("data/log/checkpoint", ReadmeStepsTest::withoutWitnesses)
                    .change("data/log/checkpoints/18", ReadmeStepsTest::withoutWitnesses)
                    .sealed()));
    all.put(
        "HQ's word is dated back",
        new Edited(
            4, b -> b.change("data/log/checkpoints/10", ReadmeStepsTest::datedBack).sealed()));
    all.put(
        "a record is edited by a forger who makes the manifests anew",
        new Edited(
            5,
            b ->
                b.change(
                        "data/records/8.json",
                        bytes -> bytes(text(bytes).replace("\"mono\":0", "\"mono\":1")))
                    .sealed()));
    all.put(
        "two records change places",
        new Edited(
            5,
            b -> {
              byte[] kept = b.read("data/records/8.tlog-proof");
              b.put("data/records/8.tlog-proof", b.read("data/records/2.tlog-proof"))
                  .put("data/records/2.tlog-proof", kept)
                  .sealed();
            }));
    return all.entrySet().stream()
        .map(each -> DynamicTest.dynamicTest(each.getKey(), () -> refused(each.getValue())));
  }

  private void refused(Edited edited) throws Exception {
    LooseBundle bundle = sound.copy();
    edited.edit().on(bundle);
    Path folder = bundle.unpacked(Files.createTempDirectory(temp, "edited").resolve("bundle"));
    List<String> said = answers(run(commands(sound), folder));
    assertEquals(5, said.size(), said.toString());
    List<String> expected = new ArrayList<>(ALL_AGREE.subList(0, edited.step() - 1));
    expected.add(edited.step() + " 不相符");
    assertEquals(expected, said.subList(0, edited.step()), "the step that is meant to see it");
  }

  private static byte[] flipped(byte[] bytes) {
    bytes[bytes.length / 2] ^= 1;
    return bytes;
  }

  /** The first character of the root, which is the third line. */
  private static byte[] flippedRoot(byte[] bytes) {
    String note = text(bytes);
    int at = note.indexOf('\n', note.indexOf('\n') + 1) + 1;
    char other = note.charAt(at) == 'A' ? 'B' : 'A';
    return bytes(note.substring(0, at) + other + note.substring(at + 1));
  }

  private static byte[] withoutWitnesses(byte[] bytes) {
    StringBuilder kept = new StringBuilder();
    text(bytes)
        .lines()
        .filter(line -> !line.startsWith("— hq.example.com/"))
        .forEach(line -> kept.append(line).append('\n'));
    return bytes(kept.toString());
  }

  /** The time stands after the four bytes of the key's id. */
  private static byte[] datedBack(byte[] bytes) {
    StringBuilder changed = new StringBuilder();
    text(bytes)
        .lines()
        .forEach(
            line -> {
              if (line.startsWith("— hq.example.com/")) {
                int space = line.lastIndexOf(' ');
                byte[] signature = java.util.Base64.getDecoder().decode(line.substring(space + 1));
                signature[4 + 7] ^= 1;
                changed
                    .append(line, 0, space + 1)
                    .append(java.util.Base64.getEncoder().encodeToString(signature));
              } else {
                changed.append(line);
              }
              changed.append('\n');
            });
    return bytes(changed.toString());
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
