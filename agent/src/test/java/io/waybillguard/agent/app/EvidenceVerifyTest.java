package io.waybillguard.agent.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.Seen;
import io.waybillguard.agent.event.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EvidenceVerifyTest {
  private static final Instant NOON = Instant.parse("2026-06-12T04:00:00Z");

  @TempDir private Path root;
  private TestHome home;

  @BeforeEach
  void record() throws Exception {
    home = TestHome.in(root, NOON);
    home.record(Seen.attached(NOON, "A"), Seen.copied(NOON, "/tmp/x"), Seen.detached(NOON, "A"));
  }

  @AfterEach
  void close() throws Exception {
    home.close();
  }

  // -- this workstation's log ------------------------------------------------------------------

  @Test
  void aSoundLogHoldsAndSaysThatNothingFromOutsideWasKnown() throws Exception {
    CalledMain called = home.call(Language.ZH, "evidence", "verify", "--json");
    assertEquals(Exit.DONE.code(), called.code());
    Json.Obj verdict = json(called);
    assertTrue(verdict.flag("holds", false));
    assertEquals(3, verdict.number("size"));
    assertEquals(3, verdict.number("records"));
    assertEquals(List.of(), verdict.objects("refused"));
    assertTrue(verdict.texts("proved").get(0).contains("前 3 条记录"));
    assertTrue(verdict.texts("not_proved").get(0).contains("没有给出登记时留下的第一把密钥"));
    assertEquals("none", verdict.object("pins").text("from"));
    CalledMain people = home.call(Language.ZH, "evidence", "verify");
    assertTrue(people.out().startsWith("证据日志 成立：核对了 3 条记录。\n没有可核对的公钥"), people.out());
    assertTrue(people.out().lines().allMatch(line -> Columns.of(line) <= Columns.WIDTH));
  }

  @Test
  void anEnrolledWorkstationChecksAgainstWhatEnrolmentLeft() throws Exception {
    home.enrol().pin(NOON).witness(NOON);
    Json.Obj verdict = json(home.call(Language.EN, "evidence", "verify", "--json"));
    assertEquals("enrolment", verdict.object("pins").text("from"));
    assertEquals(2, verdict.object("pins").texts("witnesses").size());
    assertTrue(
        verdict.texts("proved").stream()
            .anyMatch(s -> s.startsWith("HQ (hq.example/mirror1) signed for the first 3 records")),
        () -> verdict.toString());
  }

  @Test
  void anotherLogsFirstKeyIsRefusedWhereverItWasPinned() throws Exception {
    String foreign;
    try (TestHome other = TestHome.in(root.resolve("other"), NOON)) {
      other.enrol();
      Json.Obj enrolment = Json.parse(Files.readAllBytes(other.data().resolve("enrolment.json")));
      foreign = enrolment.text("log_vkey");
    }
    CalledMain called = home.call(Language.ZH, "evidence", "verify", "--json", "--first", foreign);
    assertEquals(Exit.FAILED.code(), called.code());
    assertEquals("first key", json(called).objects("refused").get(0).text("what"));
    assertEquals("given", json(called).object("pins").text("from"));
  }

  @Test
  void aWitnessThatNeverSawItIsSaidNotToHaveSeenIt() throws Exception {
    home.enrol().pin(NOON);
    String vkey = home.headKey().toString();
    assertTrue(
        json(home.call(Language.ZH, "evidence", "verify", "--json", "--witness", vkey))
            .texts("proved")
            .stream()
            .anyMatch(s -> s.contains("hq.example/witness1")));
  }

  @Test
  void oneChangedRecordAndTheLogDoesNotHold() throws Exception {
    home.tamper(
        "UPDATE leaf SET data=CAST(replace(CAST(data AS TEXT), 'program.new', 'program.old') AS BLOB)"
            + " WHERE idx=1");
    CalledMain called = home.call(Language.ZH, "evidence", "verify", "--json");
    assertEquals(Exit.FAILED.code(), called.code());
    Json.Obj verdict = json(called);
    assertFalse(verdict.flag("holds", true));
    assertEquals(List.of(), verdict.texts("proved"), "nothing counts as proved any more");
    assertFalse(verdict.objects("refused").isEmpty());
    CalledMain people = home.call(Language.ZH, "evidence", "verify");
    assertTrue(people.out().startsWith("证据日志 不成立："), people.out());
    assertTrue(people.out().contains("\n不成立的地方\n- "), people.out());
  }

  @Test
  void aLogThatCannotEvenBeReadIsAnAnswerAndNotAFailure() throws Exception {
    Path broken = root.resolve("broken");
    Files.createDirectories(broken.resolve("data"));
    Files.writeString(broken.resolve("data/evidence.db"), "this is no database, though it is long");
    CalledMain called = CalledMain.in(Language.ZH, broken, "evidence", "verify", "--json");
    assertEquals(Exit.FAILED.code(), called.code());
    assertFalse(json(called).flag("holds", true));
    assertEquals(1, json(called).objects("refused").size());
  }

  // -- a bundle --------------------------------------------------------------------------------

  @Test
  void aBundleIsCheckedWithoutTheLogItCameFrom() throws Exception {
    Path bundle = export("bundle.zip");
    Path elsewhere = root.resolve("elsewhere");
    CalledMain called =
        CalledMain.in(Language.EN, elsewhere, "evidence", "verify", bundle.toString(), "--json");
    assertEquals(Exit.DONE.code(), called.code());
    assertEquals(3, json(called).number("records"));
  }

  @Test
  void aBundleWithOneByteChangedIsRefused() throws Exception {
    Path bundle = export("bundle");
    Path body = bundle.resolve("data/records/1.0.body");
    Files.writeString(body, Files.readString(body).replace("/tmp/x", "/tmp/y"));
    CalledMain called = home.call(Language.ZH, "evidence", "verify", bundle.toString(), "--json");
    assertEquals(Exit.FAILED.code(), called.code());
    assertTrue(
        json(called).objects("refused").stream()
            .anyMatch(r -> r.text("what", "").equals("data/records/1")),
        called.out());
  }

  @Test
  void whatIsNoBundleOrNoKeyIsWrongInput() throws Exception {
    String missing = root.resolve("none.zip").toString();
    assertUsage("waybill-guard: " + missing + " 不存在。请检查路径。", missing);
    Path text = Files.writeString(root.resolve("note.txt"), "hello");
    assertUsage("waybill-guard: " + text + " 不是证据包：", text.toString());
    assertUsage("waybill-guard: " + root + " 不是证据包：", root.toString());
    assertUsage("waybill-guard: --first 不能是 abc：这不是公钥（", "--first", "abc");
  }

  private void assertUsage(String beginning, String... args) {
    List<String> all = new ArrayList<>(List.of("evidence", "verify"));
    all.addAll(List.of(args));
    CalledMain called = home.call(Language.ZH, all.toArray(String[]::new));
    assertEquals(Exit.USAGE.code(), called.code());
    assertEquals("", called.out());
    assertTrue(called.err().startsWith(beginning), called.err());
  }

  private Path export(String name) {
    Path bundle = root.resolve(name);
    CalledMain called =
        home.call(
            Language.ZH, "evidence", "export", "--from", "0", "--to", "2", "-o", bundle.toString());
    assertEquals(Exit.DONE.code(), called.code(), called.err());
    return bundle;
  }

  private static Json.Obj json(CalledMain called) throws Exception {
    assertEquals(1, called.out().lines().count(), called.out());
    return Json.parse(called.out().getBytes(StandardCharsets.UTF_8));
  }
}
