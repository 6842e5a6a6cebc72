package io.waybillguard.agent.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.Scene;
import io.waybillguard.agent.Seen;
import io.waybillguard.agent.config.Config;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.SensorBlind;
import io.waybillguard.agent.event.VisitChange;
import io.waybillguard.agent.event.VisitEnded;
import io.waybillguard.agent.event.VisitorExpected;
import io.waybillguard.agent.evidence.LogReader;
import io.waybillguard.agent.visit.Visit;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A log of the real pipeline under the default rules, then through other settings. */
final class ReplayTest {
  @TempDir private Path temp;
  private Path home;
  private Path lines;

  @BeforeEach
  void aLogWithAnIncident() throws Exception {
    home = temp.resolve("home");
    try (Scene desk =
        Scene.judgedBy(home.resolve("data"), Rules.judge(Config.DEFAULTS, ZoneId.of("UTC")))) {
      desk.step();
      desk.sees(
          Seen.attached(Scene.noon(1), "4C530001"),
          Seen.copied(Scene.noon(2), "/home/lin/.cache/update"));
      List<String> written = new ArrayList<>();
      for (var entry : desk.entries()) {
        Json.Obj event = Json.parse(entry.bodies().get(0).data());
        written.add(Json.object().put("seq", entry.seq()).put("event", event).toString());
      }
      lines = temp.resolve("records.jsonl");
      Files.write(lines, written);
    }
  }

  private Path policy(String yaml) throws Exception {
    return Files.writeString(temp.resolve("policy.yaml"), yaml);
  }

  private static CalledMain call(Language language, String... args) {
    return CalledMain.of(language, Stream.of(args));
  }

  private static Json.Obj json(CalledMain called) throws Exception {
    assertEquals(0, called.code(), called.err());
    return Json.parse(called.out().getBytes(StandardCharsets.UTF_8));
  }

  private Json.Obj replay(Path log, String yaml) throws Exception {
    return json(
        call(
            Language.EN,
            "detect",
            "replay",
            log.toString(),
            "--policy",
            policy(yaml).toString(),
            "--json"));
  }

  @Test
  void underTheSameSettingsNothingChanges() throws Exception {
    for (Path log : List.of(home, lines)) {
      Json.Obj told = replay(log, "{}");
      assertEquals(1, told.objects("incidents").size(), told::toString);
      assertEquals(List.of(), told.objects("changes"), told::toString);
    }
  }

  @Test
  void aProgramThatIsAllowedIsNoLongerAStep() throws Exception {
    Json.Obj told =
        replay(home, "rules:\n  programs:\n    allowed: ['sha256:" + Seen.SHA256 + "']\n");
    Json.Obj change = told.objects("changes").get(0);
    assertEquals("changed", change.text("change"));
    assertEquals(
        List.of("stick", "program"),
        change.object("before").objects("steps").stream().map(s -> s.text("step", "")).toList());
    assertEquals(
        List.of("stick"),
        change.object("after").objects("steps").stream().map(s -> s.text("step", "")).toList());
  }

  @Test
  void outsideTheWorkingHoursTheSameWeighsMore() throws Exception {
    Json.Obj told = replay(lines, "rules:\n  desk:\n    working_hours: 00:00-00:01\n");
    Json.Obj change = told.objects("changes").get(0);
    assertEquals("high", change.object("before").text("severity"));
    assertEquals("critical", change.object("after").text("severity"));
  }

  @Test
  void theStoriesOfTheHomeAreListedAndTold() throws Exception {
    Json.Obj listed = json(call(Language.EN, "incidents", "--home", home.toString(), "--json"));
    Json.Obj incident = listed.objects("incidents").get(0);
    assertEquals("open", incident.text("state"));
    CalledMain told =
        call(Language.ZH, "incidents", "show", incident.text("id"), "--home", home.toString());
    assertEquals(0, told.code(), told.err());
    assertTrue(told.out().contains("有来路不明的程序进了这台电脑（高）"), told.out());
    assertTrue(told.out().contains("从U盘复制出程序 update"), told.out());
    assertTrue(told.out().contains("现在要做："), told.out());
    CalledMain wrong = call(Language.ZH, "incidents", "show", "nope", "--home", home.toString());
    assertEquals(2, wrong.code());
    assertTrue(wrong.err().contains("nope"), wrong.err());
  }

  @Test
  void theSlipOfAVisitHoldsWhatChangedMeanwhileAndTheLogsSignature() throws Exception {
    assertEquals(1, call(Language.ZH, "visitor", "slip", "--home", home.toString()).code());
    Path visited = temp.resolve("visited");
    try (Scene desk =
        Scene.judgedBy(visited.resolve("data"), Rules.judge(Config.DEFAULTS, ZoneId.of("UTC")))) {
      desk.step();
      desk.sees(
          Seen.attached(Scene.noon(1), "before"),
          new VisitorExpected(Scene.noon(2), "合作方 王", Scene.noon(60), Scene.noon(120), "lin"));
      desk.clock().pass(Duration.ofSeconds(90));
      desk.sees(Seen.copied(Scene.noon(90), "/home/lin/.cache/update"));
      desk.clock().pass(Duration.ofSeconds(90));
      desk.sees(Seen.detached(Scene.noon(180), "after"));
      desk.log().log().seal();
    }
    Json.Obj slip =
        json(call(Language.EN, "visitor", "slip", "--home", visited.toString(), "--json"));
    assertEquals(
        List.of("program.new"),
        slip.objects("changes").stream().map(each -> each.text("type", "")).toList());
    assertTrue(slip.text("checkpoint").contains("\n— "), slip::toString);
    CalledMain told = call(Language.ZH, "visitor", "slip", "--home", visited.toString());
    assertTrue(told.out().contains("来访检查单：合作方 王"), told.out());
    assertTrue(told.out().contains("条已封签"), told.out());
  }

  @Test
  void theSlipTellsHowThePcDiffersFromBeforeAndItsBundleIsVerified() throws Exception {
    Path visited = temp.resolve("looked");
    try (Scene desk =
        Scene.judgedBy(visited.resolve("data"), Rules.judge(Config.DEFAULTS, ZoneId.of("UTC")))) {
      desk.step();
      desk.sees(new VisitorExpected(Scene.noon(2), "王", Scene.noon(60), Scene.noon(120), "lin"));
      String id;
      try (LogReader log = LogReader.open(visited.resolve("data"))) {
        id =
            Visit.id(
                log.keys().origin(),
                log.places("visitor.expected", Instant.MIN, Instant.MAX, 1)[0]);
      }
      desk.log()
          .log()
          .append(
              new VisitEnded(
                  Scene.noon(120),
                  id,
                  "王",
                  Scene.noon(60),
                  Scene.noon(120),
                  VisitEnded.Compared.YES,
                  List.of(new VisitChange("autostart", "appeared", "sync", "/etc/cron.d/sync")),
                  0,
                  List.of()));
      desk.log().log().commit();
      desk.log().log().seal();
    }
    Path bundle = temp.resolve("slip");
    CalledMain told =
        call(Language.ZH, "visitor", "slip", "--home", visited.toString(), "-o", bundle.toString());
    assertEquals(0, told.code(), told.err());
    assertTrue(told.out().contains("* 新出现自启动 sync（/etc/cron.d/sync）"), told.out());
    Json.Obj verdict = json(call(Language.EN, "evidence", "verify", bundle.toString(), "--json"));
    assertTrue(verdict.flag("holds", false), verdict::toString);
    assertEquals(2, verdict.number("records", 0));
    assertTrue(Files.exists(bundle.resolve("data/view/报告.html")));
    CalledMain again =
        call(Language.ZH, "visitor", "slip", "--home", visited.toString(), "-o", bundle.toString());
    assertEquals(2, again.code(), again.err());
  }

  @Test
  void aSensorThatWasBlindBeforeTheVisitIsOnItsSlip() throws Exception {
    Path visited = temp.resolve("blind");
    try (Scene desk =
        Scene.judgedBy(visited.resolve("data"), Rules.judge(Config.DEFAULTS, ZoneId.of("UTC")))) {
      desk.step();
      desk.sees(
          new SensorBlind(Scene.noon(1), "program", Scene.noon(0), "not permitted"),
          new VisitorExpected(Scene.noon(2), "王", Scene.noon(60), Scene.noon(120), "lin"));
    }
    CalledMain told = call(Language.ZH, "visitor", "slip", "--home", visited.toString());
    assertTrue(told.out().contains("新程序：从"), told.toString());
    assertFalse(told.out().contains("一直都在监视"), told.out());
  }

  @Test
  void aFileThatIsNoLogIsRefusedByItsLine() throws Exception {
    Path wrong = Files.writeString(temp.resolve("x.jsonl"), "\nhello\n");
    CalledMain called = call(Language.EN, "detect", "replay", wrong.toString());
    assertEquals(2, called.code());
    assertTrue(called.err().contains("line 2"), called.err());
  }

  @Test
  void aPolicyIsSaidInWords() throws Exception {
    CalledMain called =
        call(
            Language.ZH,
            "policy",
            "check",
            policy(
                    """
                    rules:
                      usb:
                        known: ['0f3a']
                      desk:
                        working_hours: 08:00-20:00
                        operator_required: true
                    """)
                .toString());
    assertEquals(0, called.code(), called.err());
    assertTrue(called.out().contains("公司自己的U盘和键盘类设备有 1 个（0f3a）"), called.out());
    assertTrue(called.out().contains("上班时间是 08:00-20:00"), called.out());
    assertTrue(called.out().contains("用这台电脑要先上岗"), called.out());
    CalledMain wrong =
        call(
            Language.ZH,
            "policy",
            "check",
            policy("rules:\n  usb:\n    know: []\n").toString(),
            "--lang",
            "en");
    assertEquals(2, wrong.code());
    assertTrue(wrong.err().contains("known"), wrong.err());
  }
}
