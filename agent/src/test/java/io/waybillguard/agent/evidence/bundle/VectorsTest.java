package io.waybillguard.agent.evidence.bundle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.evidence.Checkpoint;
import io.waybillguard.agent.evidence.Pins;
import io.waybillguard.agent.evidence.SignedNote;
import io.waybillguard.agent.evidence.Statement;
import io.waybillguard.agent.evidence.Verdict;
import io.waybillguard.agent.evidence.VerifierKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The golden vectors: bundles that any verifier of the format has to judge in the same way. */
final class VectorsTest {
  private static final Path FOLDER =
      Path.of("src/test/resources/io/waybillguard/agent/evidence/vectors");

  private static Json.Obj all() throws Exception {
    return Json.parse(Files.readAllBytes(FOLDER.resolve("vectors.json")));
  }

  @TestFactory
  Stream<DynamicTest> everyVectorIsJudgedAsItsListSays() throws Exception {
    Json.Obj all = all();
    List<VerifierKey> hq =
        List.of(VerifierKey.parse(all.text("witness")), VerifierKey.parse(all.text("mirror")));
    return all.objects("vectors").stream()
        .map(each -> dynamicTest(each.text("file", ""), () -> judge(each, hq)));
  }

  private static void judge(Json.Obj vector, List<VerifierKey> hq) throws Exception {
    Pins pins = new Pins(Optional.of(VerifierKey.parse(vector.text("first"))), hq);
    Verdict verdict = BundleVerifier.verify(FOLDER.resolve(vector.text("file")), pins, n -> {});
    assertEquals(vector.flag("holds", false), verdict.holds(), verdict.refused().toString());
    Set<String> told = new HashSet<>(verdict.notProved().stream().map(Statement::key).toList());
    assertTrue(told.containsAll(vector.texts("not_proved")), told.toString());
  }

  @Test
  void everyFileIsInTheListAndEveryFateThatALogCanHaveIsThere() throws Exception {
    Set<String> listed = new HashSet<>();
    for (Json.Obj each : all().objects("vectors")) {
      listed.add(each.text("file"));
      assertTrue(each.text("why").length() > 10);
    }
    try (Stream<Path> files = Files.list(FOLDER)) {
      assertEquals(
          listed,
          new HashSet<>(
              files.map(f -> f.getFileName().toString()).filter(f -> f.endsWith(".zip")).toList()));
    }
    for (String fate :
        List.of("good", "truncated", "edited", "forked", "rotated", "erased", "pruned")) {
      assertTrue(listed.stream().anyMatch(f -> f.startsWith(fate)), fate);
    }
  }

  /** Two heads of one log, one size, two roots, both signed: the proof of a fork. */
  @Test
  void theTwoBranchesOfTheForkContradictEachOther() throws Exception {
    Checkpoint a = head("forked-a.zip");
    Checkpoint b = head("forked-b.zip");
    assertEquals(a.origin(), b.origin());
    assertEquals(a.size(), b.size());
    assertTrue(!a.root().equals(b.root()));
  }

  private static Checkpoint head(String bundle) throws Exception {
    try (BundleFiles files = BundleFiles.open(FOLDER.resolve(bundle))) {
      return Checkpoint.parse(SignedNote.parse(files.read("data/log/checkpoint")).text());
    }
  }
}
