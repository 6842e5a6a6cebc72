package io.waybillguard.agent.notify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.event.Event;
import io.waybillguard.agent.event.IncidentChanged;
import io.waybillguard.agent.event.IncidentChanged.Change;
import io.waybillguard.agent.event.NoticeAnswered;
import io.waybillguard.agent.event.NoticeAnswered.Answer;
import io.waybillguard.agent.event.NoticeAnswered.How;
import io.waybillguard.agent.event.NoticeAnswered.Place;
import io.waybillguard.agent.event.NoticeImpossible;
import io.waybillguard.agent.event.NoticeShown;
import io.waybillguard.agent.event.NoticeUnanswered;
import io.waybillguard.agent.event.ProcessRef;
import io.waybillguard.agent.event.RemoteSession;
import io.waybillguard.agent.event.Severity;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class BoardTest {
  private static final Instant NOON = Instant.parse("2026-06-12T04:00:00Z");
  private static final ZoneId SHANGHAI = ZoneId.of("Asia/Shanghai");
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final Board board = board(LocalTime.MIDNIGHT, LocalTime.MIDNIGHT);

  private static Board board(LocalTime quietFrom, LocalTime quietUntil) {
    return new Board(
        new Board.Settings(
            Severity.MEDIUM, MINUTE, Duration.ofMinutes(10), 2, quietFrom, quietUntil),
        SHANGHAI);
  }

  static Matter matter(String uid, Severity severity, int steps, String rule) {
    IncidentChanged.Step step =
        new IncidentChanged.Step(7, NOON, rule, severity, List.of(6L), List.of(), new TreeMap<>());
    return new Matter(
        new IncidentChanged(
            NOON,
            steps == 1 ? Change.NEW : Change.UPDATE,
            uid,
            severity,
            NOON,
            java.util.Collections.nCopies(steps, step),
            0),
        Optional.empty());
  }

  static Matter login(String uid, Severity severity) {
    Matter plain = matter(uid, severity, 1, "unexpected-remote-session");
    return new Matter(
        plain.incident(),
        Optional.of(
            new RemoteSession(
                "s-1",
                "xrdp",
                "xrdp 远程桌面",
                "courier",
                "203.0.113.7",
                50122,
                "",
                0,
                "remote",
                "",
                RemoteSession.Confidence.HIGH,
                List.of("socket"),
                ProcessRef.UNKNOWN,
                NOON.minusSeconds(2))));
  }

  private String front() {
    return board.front().map(card -> card.matter().uid() + " " + card.state()).orElse("none");
  }

  private Event showAt(Instant now) {
    board.shownIn("desk");
    assertEquals(List.of(), board.tick(now));
    return board.shown(NoticeShown.Way.WINDOW, "title", now).get(0);
  }

  @Test
  void aNoticeIsShownOnceHoweverOftenTheScreenSaysSo() {
    board.matter(matter("a", Severity.MEDIUM, 1, "starts-by-itself"), NOON);
    assertEquals(
        new NoticeShown(
            NOON.plusSeconds(1),
            "a",
            "title",
            1,
            NoticeShown.Way.WINDOW,
            "desk",
            Duration.ofSeconds(1)),
        showAt(NOON.plusSeconds(1)));
    assertEquals(List.of(), board.shown(NoticeShown.Way.WINDOW, "title", NOON.plusSeconds(2)));
  }

  @Test
  void anotherStepChangesTheOpenNoticeAndOpensNoSecondOne() {
    board.matter(matter("a", Severity.MEDIUM, 1, "starts-by-itself"), NOON);
    showAt(NOON);
    board.matter(matter("a", Severity.HIGH, 2, "images-carried-off"), NOON.plusSeconds(5));
    assertEquals(List.of(), board.tick(NOON.plusSeconds(5)));
    assertEquals("a OPEN", front());
    assertEquals(2, board.front().orElseThrow().matter().steps());
    assertEquals(0, board.waiting());
  }

  @Test
  void ofSeveralIncidentsTheWorstIsShownAndTheOthersWait() {
    board.matter(matter("a", Severity.MEDIUM, 1, "images-carried-off"), NOON);
    board.matter(matter("b", Severity.CRITICAL, 1, "images-carried-off"), NOON);
    showAt(NOON);
    assertEquals("b OPEN", front());
    assertEquals(1, board.waiting());
    answer(Answer.EXPECTED, NOON.plusSeconds(9));
    board.read(NOON.plusSeconds(10));
    assertEquals(List.of(), board.tick(NOON.plusSeconds(10)));
    assertEquals("a OPEN", front());
  }

  private Optional<NoticeAnswered> answer(Answer answer, Instant now) {
    return board.answer(answer, "李梅", How.KEYBOARD, Place.CONSOLE, now);
  }

  @Test
  void whatWeighsLittleIsNotShownUnlessSomebodyLoggedIn() {
    board.matter(matter("a", Severity.LOW, 1, "unknown-usb-storage"), NOON);
    board.tick(NOON);
    assertEquals("none", front());
    board.matter(login("b", Severity.LOW), NOON);
    board.tick(NOON);
    assertEquals("b OPEN", front());
  }

  @Test
  void anAnswerSaysWhoAndHowLongItTook() {
    board.matter(login("a", Severity.MEDIUM), NOON);
    showAt(NOON.plusSeconds(1));
    assertEquals(
        Optional.of(
            new NoticeAnswered(
                NOON.plusSeconds(13),
                "a",
                Answer.UNKNOWN,
                "desk",
                "李梅",
                How.KEYBOARD,
                Place.CONSOLE,
                Duration.ofSeconds(12))),
        answer(Answer.UNKNOWN, NOON.plusSeconds(13)));
    assertEquals("a TOLD", front());
    assertEquals(Optional.empty(), answer(Answer.EXPECTED, NOON.plusSeconds(14)));
    board.tick(NOON.plusSeconds(13).plus(Board.TOLD));
    assertEquals("none", front());
  }

  @Test
  void whatNobodyHasSeenCannotBeAnsweredNorGoUnanswered() {
    board.matter(login("a", Severity.MEDIUM), NOON);
    board.tick(NOON);
    assertEquals(Optional.empty(), answer(Answer.EXPECTED, NOON.plusSeconds(1)));
    assertEquals(List.of(), board.tick(NOON.plus(MINUTE)));
    assertEquals("a OPEN", front());
  }

  @Test
  void whereNothingCanBeShownThatIsSaidOnceOfEachAndTriedAgain() {
    board.matter(login("a", Severity.MEDIUM), NOON);
    board.matter(login("b", Severity.MEDIUM), NOON);
    board.tick(NOON);
    assertEquals(
        List.of(
            new NoticeImpossible(NOON, "a", "no screen"),
            new NoticeImpossible(NOON, "b", "no screen")),
        board.impossible("no screen", NOON));
    assertEquals(List.of(), board.impossible("no screen", NOON.plusSeconds(5)));
    assertTrue(showAt(NOON.plusSeconds(500)) instanceof NoticeShown);
  }

  @Test
  void afterItsTimeItFoldsAndOpensAgainTwiceAndNoMore() {
    board.matter(login("a", Severity.MEDIUM), NOON);
    Instant at = NOON;
    for (int i = 0; i < 3; i++) {
      showAt(at);
      assertEquals(List.of(), board.tick(at.plusSeconds(59)));
      at = at.plus(MINUTE);
      assertEquals(List.of(new NoticeUnanswered(at, "a", "desk", MINUTE)), board.tick(at));
      assertEquals("none", front());
      assertEquals(1, board.folded());
      at = at.plus(Duration.ofMinutes(10));
    }
    assertEquals(List.of(), board.tick(at));
    assertEquals("none", front());
    board.unfold(at);
    assertEquals("a OPEN", front());
  }

  @Test
  void whoAnswersLaterIsAskedAgainLater() {
    board.matter(login("a", Severity.MEDIUM), NOON);
    showAt(NOON);
    answer(Answer.LATER, NOON.plusSeconds(3));
    board.tick(NOON.plusSeconds(3));
    assertEquals("none", front());
    board.tick(NOON.plusSeconds(3).plus(Duration.ofMinutes(10)));
    assertEquals("a OPEN", front());
  }

  @Test
  void anIncidentThatWasArrangedIsShownAgainWhenItBecomesWorse() {
    board.matter(login("a", Severity.MEDIUM), NOON);
    showAt(NOON);
    answer(Answer.EXPECTED, NOON.plusSeconds(3));
    board.read(NOON.plusSeconds(4));
    board.matter(matter("a", Severity.MEDIUM, 2, "images-carried-off"), NOON.plusSeconds(9));
    board.tick(NOON.plusSeconds(9));
    assertEquals("none", front());
    board.matter(matter("a", Severity.CRITICAL, 3, "images-carried-off"), NOON.plusSeconds(10));
    board.tick(NOON.plusSeconds(10));
    assertEquals("a OPEN", front());
  }

  @Test
  void inAQuietHourOnlyTheCountIsShownUnlessSomebodyAsks() {
    Board quiet = board(LocalTime.of(22, 0), LocalTime.of(6, 30));
    Instant night = Instant.parse("2026-06-12T18:10:00Z"); // 02:10 in Shanghai
    quiet.matter(login("a", Severity.MEDIUM), night);
    quiet.tick(night);
    assertTrue(quiet.opensFolded(quiet.front().orElseThrow(), night));
    NoticeShown shown = (NoticeShown) quiet.shown(NoticeShown.Way.FOLDED, "title", night).get(0);
    assertEquals(NoticeShown.Way.FOLDED, shown.way());
    assertEquals(1, quiet.folded());
    assertEquals(
        List.of(new NoticeUnanswered(night.plus(MINUTE), "a", "", MINUTE)),
        quiet.tick(night.plus(MINUTE)));
    assertEquals(List.of(), quiet.tick(night.plus(Duration.ofHours(1))));
    assertTrue(quiet.front().isEmpty());
    quiet.unfold(night.plus(Duration.ofHours(1)));
    assertFalse(quiet.opensFolded(quiet.front().orElseThrow(), night.plus(Duration.ofHours(1))));
  }

  @Test
  void whatWasShownOrAnsweredBeforeARestartIsNotShownAsNew() {
    for (String uid : List.of("shown", "answered", "new")) {
      board.matter(login(uid, Severity.MEDIUM), NOON);
    }
    board.wasShown("shown", NOON.minusSeconds(90));
    board.wasShown("answered", NOON.minusSeconds(90));
    board.wasAnswered("answered", Answer.EXPECTED, NOON.minusSeconds(80));
    board.tick(NOON);
    assertEquals("new OPEN", front());
    assertEquals(1, board.folded());
  }

  @Test
  void theBoardHoldsSoManyCardsAndForgetsTheOldest() {
    for (int i = 0; i < 2 * Board.MOST; i++) {
      board.matter(login("i" + i, Severity.MEDIUM), NOON);
    }
    board.tick(NOON);
    assertEquals(Board.MOST, board.waiting() + 1);
    board.tick(NOON.plus(Board.FORGET));
    assertEquals(0, board.waiting());
  }
}
