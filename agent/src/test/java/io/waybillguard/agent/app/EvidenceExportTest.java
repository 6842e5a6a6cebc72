package io.waybillguard.agent.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.Seen;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.ProgramAppeared;
import io.waybillguard.agent.event.SensorLive;
import io.waybillguard.agent.evidence.Hash;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Records 0 to 2 at noon and after, a change of key (3), and a stick (4). */
final class EvidenceExportTest {
  private static final Instant NOON = Instant.parse("2026-06-12T04:00:00Z");

  @TempDir private Path root;
  private TestHome home;

  @BeforeEach
  void record() throws Exception {
    home = TestHome.in(root, NOON);
    home.record(
        Seen.attached(NOON, "A"),
        Seen.copied(NOON.plus(Duration.ofMinutes(10)), "/tmp/x"),
        Seen.detached(NOON.plus(Duration.ofMinutes(20)), "A"));
    home.changeKey().record(Seen.attached(NOON.plus(Duration.ofMinutes(30)), "B"));
  }

  @AfterEach
  void close() throws Exception {
    home.close();
  }

  @Test
  void aRangeIsExportedWithTheRecordsThatHandOverKeysAndHolds() throws Exception {
    Path bundle = root.resolve("b");
    CalledMain called = export(bundle, "--from", "1", "--to", "1", "--json");
    assertEquals(Exit.DONE.code(), called.code(), called.err());
    Json.Obj done = json(called);
    assertEquals(2, done.number("records"));
    assertFalse(done.flag("witnessed", true));
    assertTrue(Files.exists(bundle.resolve("data/records/1.json")));
    assertTrue(Files.exists(bundle.resolve("data/records/3.json")), "the change of key");
    assertFalse(Files.exists(bundle.resolve("data/records/0.json")));
    assertEquals(
        Exit.DONE.code(), home.call(Language.ZH, "evidence", "verify", bundle.toString()).code());
  }

  @Test
  void whoTookItOutAndWhyIsInTheBundle() throws Exception {
    Path bundle = root.resolve("b");
    CalledMain called =
        export(
            bundle,
            "--from",
            "0",
            "--to",
            "2",
            "--reason",
            "配合公安机关调查",
            "--asked-by",
            "王检察官",
            "--case",
            "2026-117",
            "--legal-basis",
            "刑事诉讼法第五十四条",
            "--whole-log");
    String line = Files.readAllLines(bundle.resolve("data/custody.jsonl")).get(0);
    Json.Obj custody = Json.parse(line.getBytes(StandardCharsets.UTF_8));
    assertEquals("王检察官", custody.text("asked_by"));
    assertEquals("2026-117", custody.text("case"));
    assertEquals("刑事诉讼法第五十四条", custody.text("legal_basis"));
    assertTrue(Files.exists(bundle.resolve("data/log/tile/entries")), "the whole log");
    String fingerprint =
        Hash.sha256(Files.readAllBytes(bundle.resolve("tagmanifest-sha256.txt"))).hex();
    assertTrue(called.out().contains("证据包指纹：" + fingerprint), called.out());
    assertEquals("export", custody.text("action"));
    assertEquals("配合公安机关调查", custody.text("reason"));
    assertEquals(System.getProperty("user.name"), custody.text("by"));
    assertEquals(home.origin(), custody.text("origin"));
    assertEquals(0, custody.number("first"));
    assertEquals(2, custody.number("last"));
  }

  @Test
  void aRangeMayBeNamedByTimes() throws Exception {
    Path bundle = root.resolve("b.zip");
    CalledMain called =
        export(bundle, "--from", "2026-06-12T04:10:00Z", "--to", "2026-06-12T04:20:01Z", "--json");
    assertEquals(1, json(called).number("first"));
    assertEquals(2, json(called).number("last"));
  }

  @Test
  void anOlderBundleIsLeftAlone() throws Exception {
    Path there = Files.writeString(root.resolve("b.zip"), "older");
    CalledMain called = export(there, "--from", "0", "--to", "1");
    assertEquals(Exit.USAGE.code(), called.code());
    assertEquals("waybill-guard: " + there + " 已经存在。请另起一个文件夹或 .zip 的名字，没有改动它。\n", called.err());
    assertEquals("older", Files.readString(there));
  }

  @Test
  void whatIsNotSealedYetIsNotExportedAndSaysUpToWhereItCould() throws Exception {
    // The one kind of record that waits for company before it is sealed.
    ProgramAppeared seen = Seen.copied(NOON, "/tmp/y");
    home.record(seen);
    home.record(new SensorLive(NOON, "usb", false, "again"));
    home.tamper("DELETE FROM checkpoint WHERE size > 5");
    Path bundle = root.resolve("b");
    CalledMain called = export(bundle, "--from", "0", "--to", "6");
    assertEquals(Exit.FAILED.code(), called.code());
    assertEquals("waybill-guard: 第 6 条记录还没有封签。请一分钟后再试，或只导出到第 4 条。\n", called.err());
    assertFalse(Files.exists(bundle));
  }

  @Test
  void aRangeThatIsNoneIsWrongInput() {
    Path bundle = root.resolve("b");
    assertUsage("--from 不能是 soon。可以写记录的号数，", export(bundle, "--from", "soon", "--to", "1"));
    assertUsage("从 2 到 1 是空的", export(bundle, "--from", "2", "--to", "1"));
    assertUsage("没有第 12 条记录。日志里有 5 条，从 0 数起。", export(bundle, "--from", "0", "--to", "12"));
    assertUsage(
        "--to 不能是 99999999999999999999。", export(bundle, "--from", "0", "--to", "9".repeat(20)));
    assertUsage("缺少 --to SEQ|T。", export(bundle, "--from", "0"));
    CalledMain empty = export(bundle, "--from", "2026-06-13", "--to", "2026-06-13");
    assertEquals(Exit.FAILED.code(), empty.code());
    assertEquals("waybill-guard: 从 2026-06-13 到 2026-06-13 没有记录，没有导出。\n", empty.err());
  }

  private static void assertUsage(String beginning, CalledMain called) {
    assertEquals(Exit.USAGE.code(), called.code());
    assertTrue(called.err().startsWith("waybill-guard: " + beginning), called.err());
  }

  private CalledMain export(Path bundle, String... args) {
    List<String> all = new ArrayList<>(List.of("evidence", "export", "-o", bundle.toString()));
    all.addAll(List.of(args));
    return home.call(Language.ZH, all.toArray(String[]::new));
  }

  private static Json.Obj json(CalledMain called) throws Exception {
    return Json.parse(called.out().strip().getBytes(StandardCharsets.UTF_8));
  }
}
