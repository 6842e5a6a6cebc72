package io.waybillguard.agent.evidence.bundle;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.evidence.EvidenceLog;
import io.waybillguard.agent.evidence.LogReader;
import io.waybillguard.agent.evidence.TestLog;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.LongStream;

/**
 * Makes the golden vectors: bundles of every fate that a log can have, with what a verifier has to
 * say of each. Run once, by hand, when the format changes; what it makes is kept, since its keys
 * and salts are new each time.
 *
 * <pre>java … io.waybillguard.agent.evidence.bundle.MakeVectors FOLDER</pre>
 */
final class MakeVectors {
  private final Path folder;
  private final Path work;
  private final List<Json.Obj> made = new ArrayList<>();

  private MakeVectors(Path folder, Path work) {
    this.folder = folder;
    this.work = work;
  }

  public static void main(String[] args) throws Exception {
    Path folder = Files.createDirectories(Path.of(args[0]));
    new MakeVectors(folder, Files.createTempDirectory("vectors")).all();
  }

  private void all() throws Exception {
    plain();
    rotated();
    erased();
    pruned();
    forked();
    Files.write(
        folder.resolve("vectors.json"),
        (Json.object()
                    .put("witness", TestLog.HEAD.verifier().toString())
                    .put("mirror", TestLog.MIRROR.verifier().toString())
                    .put("vectors", made)
                    .indented()
                + "\n")
            .getBytes(StandardCharsets.UTF_8));
  }

  /** Something that is said of a bundle. */
  private void says(TestLog desk, String name, boolean holds, String why, List<String> notProved) {
    made.add(
        Json.object()
            .put("file", name + ".zip")
            .put("first", desk.firstKey().toString())
            .put("holds", holds)
            .put("why", why)
            .put("not_proved", notProved));
  }

  private LooseBundle bundle(TestLog desk, String name) throws Exception {
    try (LogReader log = LogReader.open(desk.folder())) {
      TreeSet<Long> there = new TreeSet<>();
      long end = log.witnessedSize();
      for (long i : LongStream.range(0, end).toArray()) {
        if (log.leaf(i).isPresent()) {
          there.add(i);
        }
      }
      Path zip = work.resolve(name + ".zip");
      new BundleWriter(
              log,
              List.of(TestLog.HEAD.verifier(), TestLog.MIRROR.verifier()),
              List.of(Json.object().put("case", "vectors")),
              TestLog.NOON,
              ZoneId.of("Asia/Shanghai"))
          .write(there, zip, done -> {});
      return LooseBundle.of(zip);
    }
  }

  private void keep(LooseBundle bundle, String name) throws Exception {
    bundle.zipped(folder.resolve(name + ".zip"), name + "/");
  }

  /** The first word may bring a change of key; the newest head then gets both words. */
  private static TestLog cosigned(TestLog desk) throws Exception {
    return desk.cosign(EvidenceLog.Witness.HEAD)
        .cosign(EvidenceLog.Witness.MIRROR)
        .cosign(EvidenceLog.Witness.HEAD);
  }

  private void plain() throws Exception {
    try (TestLog desk = TestLog.in(work.resolve("plain"))) {
      LooseBundle older = bundle(cosigned(desk.add(8)), "older");
      LooseBundle good = bundle(cosigned(desk.add(5)), "good");
      keep(good, "good");
      says(desk, "good", true, "13 records under one key, head and mirror cosigned", List.of());

      keep(older, "truncated-log");
      says(
          desk,
          "truncated-log",
          true,
          "the same log cut back to its 8 first records: it holds, for nothing in a bundle can show"
              + " what came after; HQ's size, 13, does",
          List.of());

      keep(
          good.copy()
              .change("data/records/3.json", b -> java.util.Arrays.copyOf(b, b.length - 1))
              .sealed(),
          "truncated-record");
      says(desk, "truncated-record", false, "record 3 has lost its last byte", List.of());

      keep(
          good.copy()
              .change(
                  "data/records/3.json",
                  b -> text(b).replace("\"mono\":", "\"mono\":1").getBytes(StandardCharsets.UTF_8))
              .sealed(),
          "edited-record");
      says(desk, "edited-record", false, "record 3 was edited, the manifests made anew", List.of());

      keep(
          good.copy()
              .change(
                  "data/records/3.0.body",
                  b -> text(b).replace("SanDisk", "Sandisk").getBytes(StandardCharsets.UTF_8))
              .sealed(),
          "edited-body");
      says(desk, "edited-body", false, "the content of record 3 was edited", List.of());
    }
  }

  private void rotated() throws Exception {
    try (TestLog desk = TestLog.in(work.resolve("rotated"))) {
      cosigned(desk.add(4).changeKey().add(3).changeKey().add(2));
      desk.clock().pass(Duration.ofHours(2));
      LooseBundle rotated = bundle(cosigned(desk.add(3)), "rotated");
      keep(rotated, "rotated-keys");
      says(
          desk,
          "rotated-keys",
          true,
          "three keys or more, each named by the one before",
          List.of());
      keep(
          rotated
              .copy()
              .change(
                  "data/log/keys",
                  b -> text(b).replaceFirst("\n[^\n]*\n", "\n").getBytes(StandardCharsets.UTF_8))
              .sealed(),
          "dropped-key");
      says(desk, "dropped-key", false, "the second key is missing from the list", List.of());
    }
  }

  private void erased() throws Exception {
    try (TestLog desk = TestLog.in(work.resolve("erased"))) {
      cosigned(desk.add(6));
      desk.log().erase(new TreeSet<>(List.of(1L, 4L)), "PI-2026-1");
      keep(bundle(cosigned(desk.add(2)), "erased"), "erased");
      says(
          desk,
          "erased",
          true,
          "the content of records 1 and 4 was erased, and a record says so",
          List.of("bodies_erased"));
    }
  }

  private void pruned() throws Exception {
    try (TestLog desk = TestLog.in(work.resolve("pruned"))) {
      cosigned(desk.add(10).changeKey().add(4));
      desk.clock().pass(Duration.ofDays(1100));
      cosigned(desk.add(4));
      desk.clock().pass(Duration.ofHours(2));
      while (desk.log().tidy()) {
        desk.clock().pass(Duration.ofMillis(1));
      }
      keep(bundle(cosigned(desk.add(1)), "pruned"), "pruned");
      says(
          desk,
          "pruned",
          true,
          "records before the 15th were kept for their time and are gone, but for the one that hands"
              + " over the key; what is there is proved as before",
          List.of());
    }
  }

  /** One log, copied, and both halves go on: each is signed, one only is cosigned. */
  private void forked() throws Exception {
    Path one = work.resolve("forked");
    Path two = work.resolve("forked-copy");
    try (TestLog desk = TestLog.in(one)) {
      cosigned(desk.add(5));
    }
    TestLog.copy(one, two);
    try (TestLog desk = TestLog.in(one);
        TestLog copy = TestLog.in(two)) {
      keep(bundle(cosigned(desk.add(4)), "forked-a"), "forked-a");
      says(
          desk,
          "forked-a",
          true,
          "one branch of a forked log, the one that HQ has cosigned",
          List.of());
      copy.clock().pass(Duration.ofMinutes(3));
      copy.add(4).seal();
      LooseBundle b = bundleOfAll(copy, "forked-b");
      keep(b, "forked-b");
      says(
          copy,
          "forked-b",
          false,
          "the other branch: signed by the same key, but HQ has put its name to no head of it beyond"
              + " the fork, and its newest head contradicts the one in forked-a",
          List.of());
    }
  }

  /** As somebody would make it who wants HQ's word left out of it. */
  private LooseBundle bundleOfAll(TestLog desk, String name) throws Exception {
    try (LogReader log = LogReader.open(desk.folder())) {
      TreeSet<Long> all = new TreeSet<>();
      LongStream.range(0, log.size()).forEach(all::add);
      Path zip = work.resolve(name + ".zip");
      new BundleWriter(log, List.of(), List.of(), TestLog.NOON, ZoneId.of("Asia/Shanghai"))
          .write(all, zip, done -> {});
      return LooseBundle.of(zip);
    }
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
