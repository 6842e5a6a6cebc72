package io.waybillguard.agent.notify;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.waybillguard.agent.event.NoticeAnswered.Answer;
import io.waybillguard.agent.event.NoticeAnswered.How;
import io.waybillguard.agent.event.NoticeShown.Way;
import io.waybillguard.agent.event.Severity;
import io.waybillguard.agent.notify.NoticeWords.Delivery;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What agent and notice program tell each other, and what the person reads. */
final class LinesTest {
  private static final Instant NOON = Instant.parse("2026-06-12T04:00:00Z");
  private static final ZoneId SHANGHAI = ZoneId.of("Asia/Shanghai");

  private static NoticeWords words(Locale language, String phone) {
    return new NoticeWords(language, SHANGHAI, phone);
  }

  private static final NoticeWords ZH = words(Locale.SIMPLIFIED_CHINESE, "400-000-0000");

  @Test
  void aSheetComesOutOfItsLineAsItWentIn() {
    Sheet ask = ZH.ask(BoardTest.login("a", Severity.MEDIUM), List.of("204817", "761093"), 1, NOON);
    assertEquals(Optional.of(ask), Sheet.parse(ask.line()));
    assertEquals(Optional.of(ZH.folded(2)), Sheet.parse(ZH.folded(2).line()));
  }

  @Test
  void aNameThatTriesToEndTheLineStaysInIt() {
    Sheet sheet =
        new Sheet(
            Sheet.Mode.ASK,
            "a\u001fb",
            "",
            "x\ny",
            List.of("1\u001e2"),
            "",
            List.of("one"),
            "",
            List.of(),
            "",
            true);
    Sheet read = Sheet.parse(sheet.line()).orElseThrow();
    assertEquals("a b", read.head());
    assertEquals("x y", read.title());
    assertEquals(List.of("1 2"), read.lines());
  }

  @Test
  void whatTheProgramSaysIsReadAndWhatItCannotSayIsNot() {
    for (Said said :
        List.of(
            new Said.Shown(Way.WINDOW),
            new Said.Chosen(2, How.KEYBOARD),
            new Said.Unfolded(),
            new Said.Cannot("no display"))) {
      assertEquals(Optional.of(said), Said.parse(said.line()));
    }
    // Only the agent itself hears the scanner.
    for (String line :
        List.of(
            "",
            "chosen\u001f2\u001fscanner",
            "chosen\u001f4\u001fmouse",
            "shown\u001fsideways",
            "unfolded\u001f1")) {
      assertEquals(Optional.empty(), Said.parse(line), line);
    }
  }

  @Test
  void aRemoteLoginIsToldByWhatAsWhomFromWhereAndSinceWhen() {
    Sheet ask = ZH.ask(BoardTest.login("a", Severity.MEDIUM), List.of(), 0, NOON);
    assertEquals("有人正在远程登录这台电脑", ask.title());
    assertEquals(List.of("xrdp 远程桌面 · 账号 courier · 来自 203.0.113.7", "11:59:58 开始"), ask.lines());
    assertEquals("如果不是公司安排的，请先停止处理面单，选“不认识”。", ask.advice());
    assertEquals(List.of("是我们安排的", "不认识，告诉总部", "稍后"), ask.choices());
    assertEquals("", ask.hint());
    assertEquals("", ask.more());
    Sheet english =
        words(Locale.ENGLISH, "").ask(BoardTest.login("a", Severity.MEDIUM), List.of(), 0, NOON);
    assertEquals("Somebody is logging in to this PC remotely", english.title());
    assertEquals(
        List.of("xrdp 远程桌面 · account courier · from 203.0.113.7", "since 11:59:58"),
        english.lines());
  }

  @Test
  void aTimeOfAnotherDayHasItsDate() {
    Sheet ask =
        ZH.ask(BoardTest.login("a", Severity.MEDIUM), List.of(), 0, NOON.plusSeconds(24 * 3600));
    assertEquals("6月12日 11:59:58 开始", ask.lines().get(1));
  }

  @Test
  void whatBecameOfAnAnswerIsToldWithHqsTelephoneWhereThereIsOne() {
    Matter matter = BoardTest.login("a", Severity.MEDIUM);
    assertEquals(
        "已告诉总部（12:00:31 送达）。请不要关机，等总部电话：400-000-0000。",
        ZH.told(matter, Answer.UNKNOWN, Delivery.ARRIVED, NOON.plusSeconds(31), 0).advice());
    assertEquals(
        "总部暂时联系不上，已记下，网络一恢复马上送达。请打电话：400-000-0000。",
        ZH.told(matter, Answer.UNKNOWN, Delivery.AWAY, NOON, 0).advice());
    NoticeWords noPhone = words(Locale.SIMPLIFIED_CHINESE, "");
    assertEquals(
        "已告诉总部（12:00:31 送达）。请不要关机，等总部联系您。",
        noPhone.told(matter, Answer.UNKNOWN, Delivery.ARRIVED, NOON.plusSeconds(31), 0).advice());
    assertEquals(
        "谢谢。总部会看到这个回答。", ZH.told(matter, Answer.EXPECTED, Delivery.AWAY, NOON, 0).advice());
  }

  @Test
  void everySentenceIsThereInBothLanguagesForEachAnswerAndDelivery() {
    for (Locale language : List.of(Locale.SIMPLIFIED_CHINESE, Locale.ENGLISH)) {
      for (String phone : List.of("", "1")) {
        for (Delivery delivery : Delivery.values()) {
          Sheet told =
              words(language, phone)
                  .told(
                      BoardTest.matter("a", Severity.HIGH, 2, "no-such-rule"),
                      Answer.UNKNOWN,
                      delivery,
                      NOON,
                      3);
          assertEquals(Optional.of(told), Sheet.parse(told.line()));
        }
      }
    }
  }
}
