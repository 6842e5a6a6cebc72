package io.waybillguard.agent.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.Seen;
import io.waybillguard.agent.event.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three records: a stick in, a program copied off it ten minutes later, the stick out. */
final class EvidenceListTest {
  private static final Instant NOON = Instant.parse("2026-06-12T04:00:00Z");

  @TempDir private Path root;
  private TestHome home;

  @BeforeEach
  void record() throws Exception {
    home = TestHome.in(root, NOON);
    home.record(
        Seen.attached(NOON, "4C530001"),
        Seen.copied(NOON.plus(Duration.ofMinutes(10)), "/home/desk/.cache/wpsupdate"),
        Seen.detached(NOON.plus(Duration.ofMinutes(11)), "4C530001"));
  }

  @AfterEach
  void close() throws Exception {
    home.close();
  }

  @Test
  void aRecordIsOneLineOfJsonOldestFirst() throws Exception {
    CalledMain called = list("--json");
    assertEquals(Exit.DONE.code(), called.code());
    assertEquals("", called.err());
    List<Json.Obj> records = records(called);
    assertEquals(List.of(0L, 1L, 2L), records.stream().map(r -> r.number("seq", -1)).toList());
    Json.Obj copied = records.get(1);
    assertEquals("2026-06-12T04:10:00.000Z", copied.text("at"));
    assertEquals("program.new", copied.text("type"));
    assertEquals(1001, copied.number("class_uid"));
    assertEquals(1, copied.number("activity_id"));
    assertEquals(1, copied.number("severity_id"));
    assertTrue(copied.text("summary").contains("/home/desk/.cache/wpsupdate"));
    assertEquals(
        "/home/desk/.cache/wpsupdate", copied.object("event").object("file_result").text("path"));
  }

  @Test
  void aPersonReadsNumberTimeWeightAndWhatHappened() {
    CalledMain called = home.call(Language.ZH, "evidence", "list");
    assertEquals(3, called.out().lines().count());
    String first = called.out().lines().findFirst().orElse("");
    assertTrue(
        first.matches("0  2026-06-1[12] \\d\\d:\\d\\d:00  记录 +U盘.*尾号 0001.*插入，端口 1-2。"), first);
  }

  @Test
  void theNewestAreTakenWhenThereAreMoreThanAskedFor() throws Exception {
    assertEquals(List.of(1L, 2L), seqs("--limit", "2"));
    assertEquals(List.of(0L, 1L, 2L), seqs("--limit", "0"));
  }

  @Test
  void onlyTheKindAndTheTimeThatWereAskedForAreListed() throws Exception {
    assertEquals(List.of(1L), seqs("--kind", "program.new"));
    assertEquals(List.of(0L), seqs("--to", "2026-06-12T04:10:00Z"));
    assertEquals(List.of(1L, 2L), seqs("--from", "2026-06-12T12:10:00+08:00"));
    assertEquals(List.of(), seqs("--from", "2026-06-13T04:00:00Z"));
  }

  @Test
  void whatIsNoTimeOrNoNumberIsWrongInputAndSaysWhatWouldDo() {
    assertUsage("--from 不能是 soon。可以写 2025-06-12T12:31:00+08:00、", "--from", "soon");
    assertUsage("--limit 不能是 -1，应为 0（全部）或更大的整数。", "--limit", "-1");
    assertUsage("--limit 不能是 many，应为整数。", "--limit", "many");
    assertUsage("从 2026-06-13 到 2026-06-12 是空的", "--from", "2026-06-13", "--to", "2026-06-12");
  }

  private void assertUsage(String sentence, String... args) {
    CalledMain called = list(args);
    assertEquals(Exit.USAGE.code(), called.code());
    assertEquals("", called.out());
    assertTrue(called.err().startsWith("waybill-guard: " + sentence), called.err());
  }

  @Test
  void anErasedRecordIsListedWithoutItsContent() throws Exception {
    home.erase(1);
    Json.Obj erased = records(list("--json")).get(1);
    assertEquals("program.new", erased.text("type"));
    assertFalse(erased.has("event"));
    assertFalse(erased.has("severity_id"));
    assertEquals("新程序（内容不在这里）", erased.text("summary"));
  }

  @Test
  void aForgedContentIsNeverShownAndHidesNoOtherRecord() throws Exception {
    home.tamper("UPDATE body SET form=0, data=CAST('{\"severity_id\":5}' AS BLOB) WHERE idx=1");
    CalledMain called = list("--json");
    assertEquals(Exit.FAILED.code(), called.code());
    assertEquals(List.of(0L, 2L), records(called).stream().map(r -> r.number("seq", -1)).toList());
    assertTrue(called.err().startsWith("waybill-guard: 第 1 条记录与写下时不符："), called.err());
  }

  @Test
  void aHomeWithoutALogSaysWhatToDo() {
    CalledMain called = CalledMain.in(Language.ZH, root.resolve("new"), "evidence", "list");
    assertEquals(Exit.FAILED.code(), called.code());
    assertEquals("waybill-guard: data 里还没有证据日志。先运行一次面单卫士（waybill-guard run）。\n", called.err());
  }

  private List<Long> seqs(String... args) throws Exception {
    List<String> all = new ArrayList<>(List.of("--json"));
    all.addAll(List.of(args));
    return records(list(all.toArray(String[]::new))).stream()
        .map(r -> r.number("seq", -1))
        .toList();
  }

  private CalledMain list(String... args) {
    List<String> all = new ArrayList<>(List.of("evidence", "list"));
    all.addAll(List.of(args));
    return home.call(Language.ZH, all.toArray(String[]::new));
  }

  private static List<Json.Obj> records(CalledMain called) throws Exception {
    List<Json.Obj> records = new ArrayList<>();
    for (String line : called.out().lines().toList()) {
      records.add(Json.parse(line.getBytes(StandardCharsets.UTF_8)));
    }
    return records;
  }
}
