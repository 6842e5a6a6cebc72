package io.waybillguard.agent.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.Seen;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.evidence.LogReader;
import io.waybillguard.agent.evidence.Merkle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StatusTest {
  private static final Instant NOON = Instant.parse("2026-06-12T04:00:00Z");

  @TempDir private Path root;

  @Test
  void whereNothingRunsTheLogStillTellsWhatItHolds() throws Exception {
    try (TestHome home = TestHome.in(root, NOON)) {
      home.enrol().record(Seen.attached(NOON, "A")).pin(NOON).witness(NOON);
      home.record(Seen.detached(NOON, "A")).pin(NOON);
      CalledMain called = home.call(Language.ZH, "status", "--json");
      assertEquals(Exit.FAILED.code(), called.code());
      assertEquals("waybill-guard: 面单卫士没有运行。\n", called.err());
      Json.Obj status = json(called);
      assertFalse(status.flag("running", true));
      assertEquals("SH-0021", status.text("outlet"));
      assertEquals(home.origin(), "desk.example/agent/" + status.text("workstation"));
      assertEquals(List.of(), status.objects("sensors"));
      assertEquals("unknown", status.object("hq").text("state"));
      assertEquals(1, status.object("hq").number("backlog"));
      Json.Obj log = status.object("log");
      assertEquals(home.origin(), log.text("origin"));
      assertEquals(2, log.number("size"));
      assertEquals(2, log.number("sealed_size"));
      assertEquals(2, log.number("pinned_size"));
      assertEquals(1, log.number("witnessed_size"));
      try (LogReader reader = LogReader.open(home.data())) {
        assertEquals(Merkle.root(reader, 2).base64(), log.text("root"));
      }
    }
  }

  @Test
  void aRunningAgentsOwnWordsAreShown() throws Exception {
    try (TestHome home = TestHome.in(root, NOON);
        DataLock lock = DataLock.take(home.data()).orElseThrow()) {
      home.enrol().record(Seen.attached(NOON, "A"));
      tell(home, ProcessHandle.current().pid());
      CalledMain called = home.call(Language.EN, "status");
      assertEquals("", called.err());
      assertEquals(Exit.DONE.code(), called.code());
      for (String line :
          List.of(
              "Waybill Guard 0.1.0 is running.",
              "outlet       SH-0021",
              "HQ           https://hq.example:8443",
              "             not reached; tried again by itself (connection refused)",
              "             1,204 records still to report",
              "New programs            blind  2026-06-12 ",
              "New programs: not permitted")) {
        assertTrue(called.out().contains(line), () -> line + " is not in\n" + called.out());
      }
      assertTrue(called.out().lines().allMatch(line -> Columns.of(line) <= Columns.WIDTH));
      Json.Obj json = json(home.call(Language.EN, "status", "--json"));
      assertEquals("program", json.objects("sensors").get(1).text("name"));
      assertEquals("away", json.object("hq").text("state"));
      assertEquals("0123456789ab", json.object("policy").text("version"));
      assertTrue(lock != null && json.flag("running", false));
    }
  }

  @Test
  void theWordsOfAnEarlierRunAreNotShownAsThoseOfThisOne() throws Exception {
    Process gone = new ProcessBuilder(javaLauncher(), "-version").start();
    gone.waitFor();
    try (TestHome home = TestHome.in(root, NOON);
        DataLock lock = DataLock.take(home.data()).orElseThrow()) {
      tell(home, gone.pid());
      CalledMain called = home.call(Language.ZH, "status");
      assertEquals(Exit.DONE.code(), called.code());
      assertTrue(called.out().contains("面单卫士正在启动"), called.out());
      assertFalse(called.out().contains("not permitted"), called.out());
      assertTrue(lock != null);
    }
  }

  private static String javaLauncher() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  @Test
  void aDiskThatRefusesAndALogAtItsLimitAreSaidToWhoeverAsks() throws Exception {
    try (TestHome home = TestHome.in(root, NOON);
        DataLock lock = DataLock.take(home.data()).orElseThrow()) {
      Json.Obj waits = Json.object().put("state", "disk_refuses").put("waiting", 1204);
      tell(home, ProcessHandle.current().pid(), waits);
      String out = home.call(Language.ZH, "status").out();
      assertTrue(out.contains("磁盘写不进去：1,204 条记录还在内存中等待"), out);
      assertEquals(waits, json(home.call(Language.ZH, "status", "--json")).object("storage"));
      tell(
          home,
          ProcessHandle.current().pid(),
          Json.object().put("state", "at_cap").put("cap", 2L << 30).put("waiting", 0));
      out = home.call(Language.EN, "status").out();
      assertTrue(out.contains("grown to its limit of 2,048 MB"), out);
      assertTrue(lock != null);
    }
  }

  private static void tell(TestHome home, long pid) throws Exception {
    tell(home, pid, Json.object().put("state", "good").put("waiting", 0));
  }

  private static void tell(TestHome home, long pid, Json.Obj storage) throws Exception {
    Json.Obj told =
        Json.object()
            .put("pid", pid)
            .put(
                "sensors",
                List.of(
                    sensor("usb", "live", "USB devices"),
                    sensor("program", "blind", "not permitted; run the agent as root")))
            .put(
                "hq",
                Json.object()
                    .put("url", "https://hq.example:8443")
                    .put("state", "away")
                    .put("backlog", 1204)
                    .put("detail", "connection refused"))
            .put("storage", storage)
            .put("policy", Json.object().put("version", "0123456789ab"));
    Files.write(home.data().resolve("status.json"), told.canonical());
  }

  private static Json.Obj sensor(String name, String state, String detail) {
    return Json.object()
        .put("name", name)
        .put("state", state)
        .put("since", Times.rfc3339(NOON))
        .put("detail", detail);
  }

  @Test
  void aHomeThatNeverRanIsLeftAsItIs() {
    CalledMain called = CalledMain.in(Language.ZH, root.resolve("new"), "status");
    assertEquals(Exit.FAILED.code(), called.code());
    assertTrue(called.out().contains("还没有证据日志。"), called.out());
    assertFalse(Files.exists(root.resolve("new")), "asking makes nothing");
  }

  @Test
  void aDamagedLogIsSaidToBeDamaged() throws Exception {
    Files.createDirectories(root.resolve("data"));
    Files.writeString(root.resolve("data/evidence.db"), "this is no database, though it is long");
    CalledMain called = CalledMain.in(Language.ZH, root, "status", "--json");
    assertEquals(Exit.FAILED.code(), called.code());
    assertTrue(called.errLines().get(0).startsWith("waybill-guard: 证据日志已损坏："), called.err());
    assertTrue(json(called).object("log").text("damage").contains("evidence.db"));
  }

  private static Json.Obj json(CalledMain called) throws Exception {
    assertEquals(1, called.out().lines().count(), called.out());
    return Json.parse(called.out().getBytes(StandardCharsets.UTF_8));
  }
}
