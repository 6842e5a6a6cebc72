package io.waybillguard.agent.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.config.ConfigFile;
import io.waybillguard.agent.event.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ConfigCheckTest {
  private static final String WRONG =
      """
      # a comment
      report:
        hartbeat: 5m
        every: 30
        read_timeout: 2h
      evidence:
        commit_batch: many
        commit_batch: 5
      zzzzz: 1
      """;

  @TempDir private Path home;

  @BeforeEach
  void makeConfigFolder() throws IOException {
    Files.createDirectories(home.resolve("config"));
  }

  @Test
  void everyProblemIsOneLineOfWordsInChinese() throws Exception {
    write(WRONG);
    CalledMain called = CalledMain.in(Language.ZH, home, "config", "check");
    assertEquals(Exit.USAGE.code(), called.code());
    assertEquals("", called.out());
    assertEquals(
        List.of(
            "waybill-guard: config/agent.yaml:3: report.hartbeat 不是已知的设置。最接近的是 report.heartbeat。",
            "waybill-guard: config/agent.yaml:4: report.every 的 30 没有单位，应为时间，10s 到 1d，"
                + "整数加单位（ms、s、m、h、d）。",
            "waybill-guard: config/agent.yaml:5: report.read_timeout 不能是 2h，应为时间，1s 到 10m，"
                + "整数加单位（ms、s、m、h、d）。",
            "waybill-guard: config/agent.yaml:7: evidence.commit_batch 不能是“many”，应为整数，1 到 4096。",
            "waybill-guard: config/agent.yaml:8: evidence.commit_batch 写了两次。请只留一个。",
            "waybill-guard: config/agent.yaml:9: zzzzz 不是已知的设置。"
                + "这一级有：evidence, inbox, report, retention, sensors, rules, watchdog, selftest, notice, terminal, disposal, removal。"),
        called.errLines());
  }

  @Test
  void everyProblemIsOneLineOfWordsInEnglish() throws Exception {
    write(WRONG);
    CalledMain called = CalledMain.in(Language.EN, home, "config", "check");
    assertEquals(Exit.USAGE.code(), called.code());
    assertEquals(
        List.of(
            "waybill-guard: config/agent.yaml:3: report.hartbeat is no setting. Nearest:"
                + " report.heartbeat.",
            "waybill-guard: config/agent.yaml:4: report.every is 30 without a unit; it should be a"
                + " time from 10s to 1d: a whole number and a unit (ms, s, m, h, d).",
            "waybill-guard: config/agent.yaml:5: report.read_timeout cannot be 2h; it should be a"
                + " time from 1s to 10m: a whole number and a unit (ms, s, m, h, d).",
            "waybill-guard: config/agent.yaml:7: evidence.commit_batch cannot be \"many\"; it"
                + " should be a whole number from 1 to 4096.",
            "waybill-guard: config/agent.yaml:8: evidence.commit_batch is given twice. Keep one.",
            "waybill-guard: config/agent.yaml:9: zzzzz is no setting. This section has evidence,"
                + " inbox, report, retention, sensors, rules, watchdog, selftest, notice, terminal, disposal, removal."),
        called.errLines());
  }

  @Test
  void aBrokenFileIsOneLine() throws Exception {
    write("report:\n  every: 30m\n\theartbeat: 5m\n");
    CalledMain called = CalledMain.in(Language.ZH, home, "config", "check");
    assertEquals(Exit.USAGE.code(), called.code());
    assertEquals(1, called.errLines().size());
    assertTrue(called.err().startsWith("waybill-guard: config/agent.yaml:3: 这里不是有效的 YAML（"));
  }

  @Test
  void aHostileValueCannotSteerTheTerminal() throws Exception {
    write("evidence:\n  domain: \"a\\e]0;b\\nwaybill-guard: all is well\"\n");
    CalledMain called = CalledMain.in(Language.EN, home, "config", "check");
    assertEquals(1, called.errLines().size());
    assertTrue(called.err().contains("<1b>]0;b<a>"), called.err());
  }

  @Test
  void aGoodFileIsListedWithWhatIsInForce() throws Exception {
    write("report:\n  every: 10m\n");
    CalledMain called = CalledMain.in(Language.ZH, home, "config", "check");
    assertEquals(Exit.DONE.code(), called.code());
    assertEquals("", called.err());
    List<String> lines = called.out().lines().toList();
    assertEquals("config/agent.yaml 没有问题。", lines.get(0));
    assertEquals(2 + ConfigFile.defaults().settings().size(), lines.size());
    assertTrue(lines.stream().anyMatch(l -> l.matches("report\\.every +10m +30m")), called.out());
  }

  @Test
  void aHomeWithoutAFileRunsOnTheDefaultsAndSaysSo() {
    CalledMain called = CalledMain.in(Language.ZH, home, "config", "check");
    assertEquals(Exit.DONE.code(), called.code());
    assertTrue(called.out().startsWith("没有 config/agent.yaml，按默认设置运行。\n"), called.out());
  }

  @Test
  void aNamedFileThatIsMissingIsWrongInput() {
    String missing = home.resolve("none.yaml").toString();
    CalledMain called = CalledMain.in(Language.EN, home, "config", "check", missing);
    assertEquals(Exit.USAGE.code(), called.code());
    assertEquals("waybill-guard: " + missing + " does not exist. Check the path.\n", called.err());
  }

  @Test
  void jsonIsOneDocumentOnStandardOutputWhetherTheFileIsGoodOrNot() throws Exception {
    write("report:\n  every: 10m\n");
    Json.Obj good = json(CalledMain.in(Language.ZH, home, "config", "check", "--json"));
    assertTrue(good.flag("ok", false));
    assertEquals(ConfigFile.defaults().settings().size(), good.objects("settings").size());

    write(WRONG);
    CalledMain called = CalledMain.in(Language.ZH, home, "config", "check", "--json");
    Json.Obj bad = json(called);
    assertFalse(bad.flag("ok", true));
    assertEquals(Exit.USAGE.code(), called.code());
    assertEquals(6, bad.objects("problems").size());
    assertEquals("unknown_key", bad.objects("problems").get(0).text("reason"));
    assertEquals("report.heartbeat", bad.objects("problems").get(0).text("nearest"));
    assertEquals(6, called.errLines().size(), "people still read the problems");
  }

  private static Json.Obj json(CalledMain called) throws Exception {
    assertEquals(1, called.out().lines().count());
    return Json.parse(called.out().getBytes(StandardCharsets.UTF_8));
  }

  private void write(String yaml) throws IOException {
    Files.writeString(home.resolve("config").resolve("agent.yaml"), yaml);
  }
}
