package io.waybillguard.agent.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.Scene;
import io.waybillguard.agent.Seen;
import io.waybillguard.agent.config.Config;
import io.waybillguard.agent.event.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
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
