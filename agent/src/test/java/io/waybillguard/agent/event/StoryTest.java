package io.waybillguard.agent.event;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.waybillguard.agent.event.IncidentChanged.Change;
import io.waybillguard.agent.event.IncidentChanged.Step;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.ResourceBundle;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The whole crime as people read it, in both languages, from its record alone. */
final class StoryTest {
  private static final ZoneId ZONE = ZoneId.of("Asia/Shanghai");
  private static final Instant DAY = Instant.parse("2026-06-12T04:31:00Z");
  private static final Instant LATER = Instant.parse("2026-06-15T18:10:00Z");

  private final List<Step> steps = new ArrayList<>();

  private void step(Instant at, String rule, Severity severity, Map<String, String> facts) {
    long seq = steps.size() + 10L;
    steps.add(new Step(seq, at, rule, severity, List.of(seq - 1), List.of(), new TreeMap<>(facts)));
  }

  private IncidentChanged incident(Severity severity, long left) {
    Step last = steps.get(steps.size() - 1);
    return new IncidentChanged(
        last.at(), Change.UPDATE, "0123-9-10", severity, steps.get(0).at(), steps, left);
  }

  private static List<String> texts(Story story, IncidentChanged incident) {
    return story.sentences(incident).stream().map(Story.Sentence::text).toList();
  }

  private IncidentChanged theWholeCrime() {
    step(
        DAY,
        "unknown-usb-storage",
        Severity.MEDIUM,
        Map.of("path", "SanDisk Ultra", "serial_end", "4F2A", "presence", "locked"));
    step(
        DAY.plusSeconds(120),
        "program-from-removable-media",
        Severity.HIGH,
        Map.of("path", "/home/d/.x/wpsupdate", "step", "copied", "hidden", "true"));
    step(
        DAY.plusSeconds(150),
        "starts-by-itself",
        Severity.HIGH,
        Map.of("path", "/home/d/.x/wpsupdate", "step", "removable", "point", "autostart"));
    step(DAY.plusSeconds(180), "usb.detach", Severity.INFORMATIONAL, Map.of("path", "SanDisk"));
    step(
        LATER,
        "unexpected-remote-session",
        Severity.MEDIUM,
        Map.of("path", "远程桌面", "step", "peer", "source", "203.0.113.7", "account", "courier"));
    step(
        LATER.plusSeconds(600),
        "images-taken",
        Severity.LOW,
        Map.of("path", "/home/d/.x/wpsupdate", "step", "read", "images", "1204"));
    step(
        LATER.plusSeconds(660),
        "images-carried-off",
        Severity.HIGH,
        Map.of(
            "path",
            "/home/d/.x/wpsupdate",
            "step",
            "reader",
            "images",
            "1000",
            "bytes",
            "99",
            "peer",
            "x"));
    step(
        LATER.plusSeconds(900),
        "images-carried-off",
        Severity.HIGH,
        Map.of(
            "path",
            "/home/d/.x/wpsupdate",
            "step",
            "reader",
            "images",
            "1204",
            "bytes",
            "536870912",
            "peer",
            "pan.example:443",
            "destination",
            "百度网盘"));
    step(
        LATER.plusSeconds(1800),
        "session.end",
        Severity.INFORMATIONAL,
        Map.of("path", "远程桌面", "lasted_ms", "1800000"));
    return incident(Severity.CRITICAL, 0);
  }

  @Test
  void theCrimeIsToldInOrderInChinese() {
    IncidentChanged crime = theWholeCrime();
    Story story = new Story(Locale.SIMPLIFIED_CHINESE, ZONE);
    assertEquals("有程序在向网盘上传面单图片", story.title(crime));
    assertEquals("紧急", story.severity(crime.severity()));
    assertEquals(
        List.of(
            "6月12日 12:31，电脑前没有人（已锁屏），一个没见过的U盘插入（SanDisk Ultra，序列号尾号 4F2A）。",
            "12:33，从U盘复制出程序 wpsupdate（/home/d/.x/wpsupdate），放在隐蔽位置。",
            "12:33，程序 wpsupdate 被设为开机自启（桌面自启动，/home/d/.x/wpsupdate）。",
            "12:34，SanDisk 拔出。",
            "6月16日 02:10，有人从 203.0.113.7 用远程桌面登录，账号 courier。",
            "02:20，程序 wpsupdate 读取面单图片 1,204 张（/home/d/.x/wpsupdate）。",
            "02:25，程序 wpsupdate 读取面单图片 1,204 张，向 百度网盘（pan.example:443） 发送 512 MiB。",
            "02:40，远程登录结束（远程桌面，历时 30 分 0 秒）。"),
        texts(story, crime));
    assertEquals("保持开机，断开网络；由总部导出证据包；按内部流程报案。", story.whatToDo(crime));
  }

  @Test
  void theCrimeIsToldInOrderInEnglish() {
    IncidentChanged crime = theWholeCrime();
    Story story = new Story(Locale.ENGLISH, ZONE);
    assertEquals("A program uploads waybill images to a net disk", story.title(crime));
    assertEquals(
        List.of(
            "12 Jun, 12:31: with nobody at the desk (screen locked), an unknown USB stick was plugged in (SanDisk Ultra, serial number ending in 4F2A).",
            "12:33: program wpsupdate was copied from a stick (/home/d/.x/wpsupdate), in a hidden place.",
            "12:33: program wpsupdate was made to start by itself (desktop autostart, /home/d/.x/wpsupdate).",
            "12:34: SanDisk was unplugged.",
            "16 Jun, 02:10: somebody logged in from 203.0.113.7 by 远程桌面, account courier.",
            "02:20: program wpsupdate read 1,204 waybill images (/home/d/.x/wpsupdate).",
            "02:25: program wpsupdate read 1,204 waybill images and sent 512 MiB to 百度网盘 (pan.example:443).",
            "02:40: the remote login ended (远程桌面, after 30 min 0 s)."),
        texts(story, crime));
  }

  @Test
  void whatOthersReadOfItCountsEachProgramOnce() throws Exception {
    Json.Obj json = new Story(Locale.ENGLISH, ZONE).json(theWholeCrime(), "0123");
    assertEquals("0123-9-10", json.text("id"));
    assertEquals("critical", json.text("severity"));
    assertEquals("open", json.text("state"));
    assertEquals("2026-06-12T04:31:00.000Z", json.text("opened"));
    assertEquals("2026-06-12T04:31:00.000Z", json.objects("steps").get(0).text("at"));
    assertEquals(1204, json.number("images"));
    assertEquals(536870912, json.number("bytes_out"));
    assertEquals("百度网盘", json.text("destination"));
    assertEquals(
        List.of("stick", "program", "autostart", "remote_login", "images", "upload"),
        json.objects("steps").stream().map(step -> step.text("step", "")).toList());
    assertEquals(
        List.of("T1005", "T1091", "T1200", "T1219", "T1547", "T1567"), json.texts("techniques"));
  }

  @Test
  void theDesksAnswerIsPartOfTheStory() throws Exception {
    step(LATER, "notice.unanswered", Severity.INFORMATIONAL, Map.of("after_ms", "60000"));
    step(
        LATER.plusSeconds(90),
        "notice.answered",
        Severity.HIGH,
        Map.of(
            "answer",
            "unknown",
            "by",
            "李雷",
            "how",
            "scanner",
            "place",
            "local",
            "after_ms",
            "9000"));
    IncidentChanged incident = incident(Severity.HIGH, 0);
    Story story = new Story(Locale.SIMPLIFIED_CHINESE, ZONE);
    assertEquals(
        List.of("6月16日 02:10，1 分 0 秒内没有人回答提示。", "02:11，李雷 回答提示：“不认识”（用了 9 秒，用这台电脑的扫描枪）。"),
        texts(story, incident));
    Json.Obj answer = story.json(incident, "0123").objects("answers").get(0);
    assertEquals("unknown", answer.text("answer"));
    assertEquals("李雷", answer.text("by"));
  }

  @Test
  void whatIsNotKnownIsSaidAndWhatWasLeftOutIsCounted() {
    step(
        DAY,
        "sensor.back",
        Severity.INFORMATIONAL,
        Map.of(
            "path",
            "upload",
            "from",
            String.valueOf(LATER.toEpochMilli()),
            "until",
            String.valueOf(LATER.plusSeconds(1800).toEpochMilli())));
    step(DAY, "of-a-later-version", Severity.LOW, Map.of("path", "/x"));
    assertEquals(
        List.of(
            "6月12日 12:31，恢复监视：上传；02:10 到 02:40 之间没能监视。",
            "12:31，规则 of-a-later-version 有发现。",
            "此外还有 1,200 步没有一一列出。"),
        texts(new Story(Locale.SIMPLIFIED_CHINESE, ZONE), incident(Severity.LOW, 1200)));
  }

  @Test
  void bothLanguagesHaveTheSameKeys() {
    assertEquals(keys(Locale.SIMPLIFIED_CHINESE), keys(Locale.ENGLISH));
  }

  private static Set<String> keys(Locale language) {
    return new TreeSet<>(
        ResourceBundle.getBundle(
                "io.waybillguard.agent.event.story",
                language,
                ResourceBundle.Control.getNoFallbackControl(
                    ResourceBundle.Control.FORMAT_PROPERTIES))
            .keySet());
  }

  @Test
  void everyRuleHasWordsForItsStep() {
    Set<String> keys = keys(Locale.ENGLISH);
    for (CrimeStep step : CrimeStep.values()) {
      assertEquals(true, keys.contains("title." + step.word()), step.word());
    }
  }
}
