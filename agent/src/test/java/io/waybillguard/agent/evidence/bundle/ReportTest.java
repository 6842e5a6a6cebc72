package io.waybillguard.agent.evidence.bundle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.Seen;
import io.waybillguard.agent.event.AgentStarted;
import io.waybillguard.agent.event.ClockJumped;
import io.waybillguard.agent.event.Event;
import io.waybillguard.agent.event.FileRef;
import io.waybillguard.agent.event.Finding;
import io.waybillguard.agent.event.IncidentChanged;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.Origin;
import io.waybillguard.agent.event.ProcessRef;
import io.waybillguard.agent.event.ProgramAppeared;
import io.waybillguard.agent.event.ProgramStarted;
import io.waybillguard.agent.event.SensorLive;
import io.waybillguard.agent.event.Severity;
import io.waybillguard.agent.event.UsbAttached;
import io.waybillguard.agent.event.UsbDevice;
import io.waybillguard.agent.event.Volume;
import io.waybillguard.agent.event.VolumeMounted;
import io.waybillguard.agent.evidence.EvidenceLog;
import io.waybillguard.agent.evidence.Hash;
import io.waybillguard.agent.evidence.LogReader;
import io.waybillguard.agent.evidence.TestLog;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.ResourceBundle;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the page in a bundle tells people, and that nobody can make it tell something else. */
final class ReportTest {
  private static final String SHA256 = "ab".repeat(32);
  private static final String ZH = "data/view/报告.html";
  private static final String EN = "data/view/report.html";

  @TempDir Path temp;

  private static void append(TestLog desk, Duration after, Event... events) throws Exception {
    desk.clock().pass(after);
    for (Event event : events) {
      desk.log().append(event);
    }
    desk.log().commit();
  }

  /** The stick, the program, the finding; a clock set back; days without anything. */
  private static void crime(TestLog desk) throws Exception {
    var clock = desk.clock();
    append(
        desk,
        Duration.ZERO,
        new AgentStarted(
            clock.instant(), "0.1.0", "b", 77, SHA256, SHA256, "Asia/Shanghai", "first", 0, ""),
        new SensorLive(clock.instant(), "usb", false, ""),
        new SensorLive(clock.instant(), "program", false, ""));
    desk.cosign(EvidenceLog.Witness.HEAD);
    append(desk, Duration.ofHours(2), Seen.attached(clock.instant(), "4C5300014F2A"));
    append(
        desk,
        Duration.ofSeconds(2),
        new VolumeMounted(
            clock.instant(),
            new Volume("/media/STICK", "/dev/sda1", "vfat", "STICK", "12-AB", true, SHA256)));
    append(
        desk, Duration.ofSeconds(71), Seen.copied(clock.instant(), "/home/scan/.cache/wpsupdate"));
    append(desk, Duration.ofSeconds(1), finding(desk, "/home/scan/.cache/wpsupdate", "copied", 5));
    append(desk, Duration.ofSeconds(44), Seen.detached(clock.instant(), "4C5300014F2A"));
    desk.cosign(EvidenceLog.Witness.HEAD).cosign(EvidenceLog.Witness.MIRROR);
    append(desk, Duration.ofHours(86), new ClockJumped(clock.instant(), Duration.ofMinutes(-61)));
    append(
        desk,
        Duration.ofMinutes(3),
        new ProgramStarted(
            clock.instant(),
            new FileRef("/home/scan/.cache/wpsupdate", "elf", 4096, SHA256, "", "scan", true, true),
            new Origin(Origin.Medium.REMOVABLE, "same_hash", "/media/STICK/update", "0f3a"),
            new ProcessRef(4713, "/home/scan/.cache/wpsupdate", "scan"),
            new ProcessRef(4711, "/bin/sh", "scan")));
    append(
        desk, Duration.ofSeconds(1), finding(desk, "/home/scan/.cache/wpsupdate", "started", 10));
    desk.changeKey();
    append(desk, Duration.ofMinutes(9), Seen.attached(clock.instant(), "77"));
    desk.cosign(EvidenceLog.Witness.HEAD).cosign(EvidenceLog.Witness.MIRROR);
  }

  private static Finding finding(TestLog desk, String path, String step, long about) {
    return new Finding(
        desk.clock().instant(),
        "program-from-removable-media",
        Severity.HIGH,
        List.of(about),
        Json.object().put("path", path).put("step", step).put("source", "/media/STICK/update"));
  }

  private LooseBundle bundle(TestLog desk, long from, long to) throws Exception {
    Path target = Files.createTempDirectory(temp, "made").resolve("bundle");
    try (LogReader reader = LogReader.open(desk.folder())) {
      new BundleWriter(
              reader,
              List.of(TestLog.HEAD.verifier(), TestLog.MIRROR.verifier()),
              List.of(
                  Json.object()
                      .put("action", "export")
                      .put("at", "2026-06-16T03:00:00.000Z")
                      .put("by", "root")
                      .put("asked_by", "王检察官 <b>")
                      .put("case", "杭公（网）立字〔2026〕117 号")
                      .put("legal_basis", "刑事诉讼法第五十四条")),
              TestLog.NOON.plus(Duration.ofDays(4)),
              ZoneId.of("Asia/Shanghai"))
          .write(new TreeSet<>(LongStream.rangeClosed(from, to).boxed().toList()), target, n -> {});
    }
    // For a look with a browser: QJAVA=-Dwg.report.keep=/tmp/somewhere
    String keep = System.getProperty("wg.report.keep");
    if (keep != null) {
      LooseBundle.of(target).unpacked(Files.createDirectories(Path.of(keep, from + "-" + to)));
    }
    return LooseBundle.of(target);
  }

  private static String text(BundleFiles files, String name) throws Exception {
    return new String(files.read(name), StandardCharsets.UTF_8);
  }

  @Test
  void thePageTellsTheStoryInBothLanguages() throws Exception {
    try (TestLog desk = TestLog.in(temp.resolve("data"))) {
      crime(desk);
      LooseBundle files = bundle(desk, 0, desk.log().durableSize() - 1);
      String zh = text(files, ZH);
      String en = text(files, EN);
      assertTrue(zh.startsWith("<!DOCTYPE html>\n<html lang=\"zh-CN\">"), zh.substring(0, 40));
      assertTrue(en.startsWith("<!DOCTYPE html>\n<html lang=\"en\">"), en.substring(0, 40));
      for (String each :
          List.of(
              "扫描电脑“desk-1”",
              "SH-0021",
              desk.log().origin(),
              "从U盘来的程序到了这台电脑上：/home/scan/.cache/wpsupdate",
              "电脑时钟往回拨了 1 小时 1 分。",
              "能证明",
              "没有证明",
              "日志证明记录没有被改动，不证明记录所说的事属实",
              "掌握这台电脑和当前密钥的人，可以改写总部还没有见证的最后一段",
              "杭公（网）立字〔2026〕117 号",
              desk.firstKey().toString(),
              TestLog.HEAD.verifier().toString())) {
        assertTrue(zh.contains(each), each);
      }
      for (String each :
          List.of(
              "A program from a stick is now on this PC: /home/scan/.cache/wpsupdate",
              "clock was put back by 1 h 1 min",
              "not that what they say is true")) {
        assertTrue(en.contains(each), each);
      }
      assertFalse(en.matches("(?s).*(能证明|记录|总部).*"), "only names and given words are Chinese");
      assertEquals(List.of(), BundleVerifier.verify(files, desk.pins(), n -> {}).refused());
    }
  }

  @Test
  void anIncidentIsToldOnceAsItsNewestRecordTellsIt() throws Exception {
    try (TestLog desk = TestLog.in(temp.resolve("data"))) {
      crime(desk);
      IncidentChanged.Step stick =
          new IncidentChanged.Step(
              3,
              TestLog.NOON,
              "unknown-usb-storage",
              Severity.LOW,
              List.of(3L),
              List.of(),
              new TreeMap<>(Map.of("path", "SanDisk <b>", "serial_end", "4F2A")));
      for (IncidentChanged.Change change :
          List.of(IncidentChanged.Change.NEW, IncidentChanged.Change.UPDATE)) {
        append(
            desk,
            Duration.ofSeconds(1),
            new IncidentChanged(
                desk.clock().instant(),
                change,
                "0-3-4",
                Severity.LOW,
                TestLog.NOON,
                List.of(stick),
                0));
      }
      LooseBundle files = bundle(desk, 0, desk.log().durableSize() - 1);
      String told = "一个没见过的U盘插入（SanDisk &lt;b&gt;，序列号尾号 4F2A）。</bdi> <a href=\"#r3\">";
      String zh = text(files, ZH);
      assertEquals(2, zh.split(Pattern.quote(told), -1).length, zh);
      assertTrue(zh.contains("有人插入了没见过的U盘（低）"), zh);
      assertTrue(zh.contains("现在要做："), zh);
      assertTrue(text(files, EN).contains("An unknown USB stick was plugged in (low)"));
    }
  }

  /** A record lies between the cosignature that did not have it yet and the one that did. */
  @Test
  void timesStandWithTheirWitnessedBrackets() throws Exception {
    try (TestLog desk = TestLog.in(temp.resolve("data"))) {
      crime(desk);
      LooseBundle files = bundle(desk, 4, 6);
      String zh = text(files, ZH);
      assertTrue(zh.contains("不晚于 2026-06-12 14:32:58<"), zh);
      assertTrue(zh.contains("2026-06-12 12:31:00 总部见证时，日志里还没有它"), zh);
      String row = text(files, "data/view/清单.csv").lines().toList().get(1);
      assertTrue(
          row.endsWith(
              ",2026-06-12 14:31:00.000 +08:00"
                  + ",2026-06-12 12:31:00.000 +08:00,2026-06-12 14:32:58.000 +08:00"),
          row);
      assertTrue(files.names().contains("data/log/checkpoints/3"), "both heads are in the bundle");
      assertTrue(files.names().contains("data/log/checkpoints/8"), files.names().toString());
    }
  }

  @Test
  void whatNobodyWitnessedIsSaidToBeUnwitnessed() throws Exception {
    try (TestLog desk = TestLog.in(temp.resolve("data"))) {
      desk.add(4).seal();
      String zh = text(bundle(desk, 0, 3), ZH);
      assertTrue(zh.contains("这些记录总部还没有签名作证"));
      assertTrue(zh.contains("还没有见证"));
      assertTrue(zh.contains("没有 hq.example.com/head 的见证签名"));
      assertTrue(zh.contains("这些记录里没有“发现”"));
    }
  }

  /** The page loads nothing, runs nothing, and its policy would not let it. */
  @Test
  void thePageNeedsNothingFromOutside() throws Exception {
    try (TestLog desk = TestLog.in(temp.resolve("data"))) {
      crime(desk);
      LooseBundle files = bundle(desk, 0, 9);
      for (String name : List.of(ZH, EN)) {
        String html = text(files, name);
        assertFalse(html.matches("(?is).*\\b(src|href)\\s*=\\s*\"(?!#r\\d).*"), name);
        assertFalse(html.matches("(?is).*(<script|<link|<iframe|<img|<object|url\\(|@import).*"));
        assertFalse(html.matches("(?is).*<[^>]*\\s(style|on[a-z]+)\\s*=.*"), name);
        Matcher style = Pattern.compile("(?s)<style>(.*)</style>").matcher(html);
        assertTrue(style.find());
        String hash = Hash.sha256(style.group(1).getBytes(StandardCharsets.UTF_8)).base64();
        assertTrue(
            html.contains(
                "content=\"default-src &#39;none&#39;; style-src &#39;sha256-" + hash + "&#39;;"),
            html.substring(0, 600));
      }
    }
  }

  /** Whatever a machine calls its sticks, files and programs. */
  @Test
  void hostileNamesStayText() throws Exception {
    List<String> hostile =
        List.of(
            "<script>alert(1)</script>",
            "\"><svg onload=alert(1)>",
            "'-->]]></style><b>",
            "&lt;b&gt;&#60;",
            "a\u0000b\u0007c\u001b[31m",
            "gpj.\u202eexe",
            "zero\u200bwidth\u2066\ufeff",
            "line\nbreak\r\u2028");
    try (TestLog desk = TestLog.in(temp.resolve("data"))) {
      for (String name : hostile) {
        desk.log()
            .append(
                new UsbAttached(
                    desk.clock().instant(),
                    new UsbDevice("1-2", "1", "2", name, name, name, List.of("08/06/50"), SHA256),
                    false));
        desk.log()
            .append(
                new ProgramAppeared(
                    desk.clock().instant(),
                    new FileRef(name, "elf", 1, SHA256, "", name, false, true),
                    new Origin(Origin.Medium.REMOVABLE, "same_hash", name, SHA256),
                    ProcessRef.UNKNOWN));
        desk.log().append(finding(desk, name, "copied", 1));
      }
      desk.log().commit();
      desk.seal();
      LooseBundle files = bundle(desk, 0, desk.log().durableSize() - 1);
      for (String page : List.of(ZH, EN)) {
        String html = text(files, page);
        assertFalse(html.contains("<script"), page);
        assertFalse(html.contains("onload=alert(1)>"), page);
        assertEquals(1, html.split("</style>", -1).length - 1, page);
        assertTrue(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), page);
        assertTrue(html.contains("&amp;lt;b&amp;gt;&amp;#60;"), page);
        assertTrue(html.contains("gpj.[U+202E]exe"), page);
        assertTrue(html.contains("zero[U+200B]width[U+2066]"), page);
        assertTrue(html.contains("a[U+0000]b[U+0007]c[U+001B][31m"), page);
        assertFalse(html.codePoints().anyMatch(c -> c < ' ' && c != '\n'), page);
        assertWellFormed(html, page);
      }
    }
  }

  /** Every element is closed where it should be, so no value has opened one. */
  private static void assertWellFormed(String html, String page) {
    List<String> open = new ArrayList<>();
    Matcher tag = Pattern.compile("<(/?)([a-z0-9]+)([^>]*)>").matcher(html);
    while (tag.find()) {
      String name = tag.group(2);
      if (name.equals("meta") || tag.group(3).endsWith("/")) {
        continue;
      }
      if (tag.group(1).isEmpty()) {
        open.add(name);
      } else {
        assertEquals(name, open.remove(open.size() - 1), page + " at " + tag.start());
      }
    }
    assertEquals(List.of(), open, page);
  }

  @Test
  void noCellOfTheListIsAFormula() {
    assertEquals("'=1+2", Catalogue.cell("=1+2"));
    assertEquals("'@x", Catalogue.cell("@x"));
    assertEquals("\"a,\"\"b\"\"\nc\"", Catalogue.cell("a,\"b\"\nc"));
    assertEquals("usb.attach", Catalogue.cell("usb.attach"));
  }

  /** Beyond some thousand rows the page says how many it shows; the list has all of them. */
  @Test
  void aLongLogIsCutWithAWord() throws Exception {
    try (TestLog desk = TestLog.in(temp.resolve("data"))) {
      desk.add(Report.MOST_ROWS + 3).seal();
      Path zip = temp.resolve("long.zip");
      try (LogReader reader = LogReader.open(desk.folder())) {
        new BundleWriter(reader, List.of(), List.of(), TestLog.NOON, ZoneId.of("Asia/Shanghai"))
            .write(
                new TreeSet<>(LongStream.range(0, Report.MOST_ROWS + 3).boxed().toList()),
                zip,
                n -> {});
      }
      try (BundleFiles files = BundleFiles.open(zip)) {
        assertTrue(text(files, ZH).contains("本页只列前 5,000 条，一共 5,003 条"));
        assertTrue(text(files, EN).contains("the first 5,000 of 5,003 records"));
        long records =
            text(files, "data/view/清单.csv").lines().filter(l -> l.contains(".json,")).count();
        assertEquals(Report.MOST_ROWS + 3, records);
      }
    }
  }

  @Test
  void bothLanguagesHaveTheSameWords() throws Exception {
    Properties zh = words("zh");
    Properties en = words("en");
    assertEquals(new TreeSet<>(zh.keySet()), new TreeSet<>(en.keySet()));
    for (String key : zh.stringPropertyNames()) {
      assertTrue(
          zh.getProperty(key).codePoints().anyMatch(c -> c >= 0x3000) || key.equals("brand"), key);
      for (int i = 0; i < 4; i++) {
        String value = "{" + i;
        assertEquals(zh.getProperty(key).contains(value), en.getProperty(key).contains(value), key);
      }
    }
    assertEquals(
        "证据报告",
        ResourceBundle.getBundle(
                Report.class.getPackageName() + ".report", Locale.SIMPLIFIED_CHINESE)
            .getString("title"));
  }

  private static Properties words(String language) throws Exception {
    Properties words = new Properties();
    try (var in = Report.class.getResourceAsStream("report_" + language + ".properties")) {
      words.load(new StringReader(new String(in.readAllBytes(), StandardCharsets.UTF_8)));
    }
    return words;
  }
}
