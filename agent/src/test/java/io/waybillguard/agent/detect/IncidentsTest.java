package io.waybillguard.agent.detect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.Scene;
import io.waybillguard.agent.event.Disposal;
import io.waybillguard.agent.event.DisposalEnded;
import io.waybillguard.agent.event.DisposalOrder;
import io.waybillguard.agent.event.Event;
import io.waybillguard.agent.event.Finding;
import io.waybillguard.agent.event.IncidentChanged;
import io.waybillguard.agent.event.IncidentChanged.Change;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.NoticeAnswered;
import io.waybillguard.agent.event.NoticeAnswered.Answer;
import io.waybillguard.agent.event.NoticeUnanswered;
import io.waybillguard.agent.event.Severity;
import io.waybillguard.agent.event.Story;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** What joins and what does not, the limits, and that a replay says nothing twice. */
final class IncidentsTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private static Finding finding(Instant at, String rule, String key, String value, long about) {
    return new Finding(at, rule, Severity.MEDIUM, List.of(about), Json.object().put(key, value));
  }

  private static Finding program(Instant at, String path, long about) {
    return finding(at, "program-from-removable-media", "path", path, about);
  }

  private static List<List<String>> stories(String... steps) {
    ScriptedDesk desk = new ScriptedDesk();
    for (String step : steps) {
      desk.play(step);
    }
    return desk.incidents().stream().map(ScriptedDesk::story).toList();
  }

  @Test
  void stepsInTheWrongOrderAreNotOneIncident() {
    assertEquals(
        List.of(List.of("images", "upload"), List.of("device", "program")),
        stories(
            "0m read /home/d/.x/wps 60",
            "1m send /home/d/.x/wps 900",
            "2m stick A",
            "3m copy /home/d/.x/wps A"));
    assertEquals(
        List.of(List.of("images", "upload"), List.of("login")),
        stories(
            "0m read /usr/bin/curl 60", "1m send /usr/bin/curl 900", "9m login s1 203.0.113.7"));
    assertEquals(
        List.of(List.of("program"), List.of("device")),
        stories("0m copy /home/d/.x/wps A", "9m stick B"),
        "another stick");
  }

  @Test
  void stepsThatShareNothingAreNotOneIncident() {
    assertEquals(
        List.of(List.of("device", "program"), List.of("images", "upload")),
        stories(
            "0m stick A",
            "1m copy /home/d/.x/wps A",
            "2m read /opt/wechat/wechat 60",
            "3m send /opt/wechat/wechat 900"));
    assertEquals(
        List.of(List.of("login"), List.of("images", "upload")),
        stories(
            "0m login s1 203.0.113.7",
            "5m logout s1",
            "40m read /usr/bin/curl 60",
            "41m send /usr/bin/curl 900"),
        "the login was over");
  }

  @Test
  void eachDeskHasIncidentsOfItsOwn() {
    ScriptedDesk one = new ScriptedDesk("aaaaaaaaaaaaaaaa");
    ScriptedDesk other = new ScriptedDesk("bbbbbbbbbbbbbbbb");
    one.play("0m stick A");
    one.play("1m copy /home/d/.x/wps A");
    other.play("2m read /home/d/.x/wps 60");
    other.play("3m send /home/d/.x/wps 900");
    assertEquals(List.of("device", "program"), ScriptedDesk.story(one.incidents().get(0)));
    assertEquals(List.of("images", "upload"), ScriptedDesk.story(other.incidents().get(0)));
    assertTrue(one.incidents().get(0).uid().startsWith("aaaaaaaaaaaaaaaa-0-"));
  }

  @Test
  void aReplayOfTheLogSaysNothingAndEndsWhereItWas() {
    ScriptedDesk desk = new ScriptedDesk();
    for (String step :
        List.of("0m stick A", "1m copy /x/wps A", "2d login s1 203.0.113.7", "3d stick B")) {
      desk.play(step);
    }
    Incidents again = new Incidents("0123456789abcdef");
    List<IncidentChanged> said = new ArrayList<>();
    List<Event> log = desk.log();
    for (int seq = 0; seq < log.size(); seq++) {
      for (IncidentChanged change : again.on(seq, log.get(seq))) {
        assertEquals(change, log.get(seq + 1), "only what the log holds next");
      }
    }
    for (int seq = 0; seq < log.size(); seq++) {
      if (log.get(seq) instanceof Finding) {
        said.addAll(again.on(seq, log.get(seq)));
      }
    }
    assertEquals(List.of(), said, "no finding is a step twice");
    assertEquals(desk.incidents(), again.open());
  }

  @Test
  void aQuietIncidentIsClosedAndALaterStepIsAnother() {
    Incidents incidents = new Incidents("log");
    incidents.on(1, program(Scene.noon(0), "/a", 0));
    Instant late = Scene.noon(0).plus(Incidents.QUIET).plus(MINUTE);
    List<IncidentChanged> changes = incidents.on(3, program(late, "/a", 2));
    assertEquals(
        List.of(Change.CLOSE, Change.NEW), changes.stream().map(IncidentChanged::change).toList());
    assertEquals("log-0-1", changes.get(0).uid());
    assertEquals("log-2-3", changes.get(1).uid());
  }

  @Test
  void theDesksAnswerIsARemarkAndNotKnowingOfItWeighsMore() {
    Incidents incidents = new Incidents("log");
    String uid = incidents.on(1, program(Scene.noon(0), "/a", 0)).get(0).uid();
    Instant later = Scene.noon(70);
    IncidentChanged silent =
        incidents.on(3, new NoticeUnanswered(later, uid, "lin", MINUTE)).get(0);
    assertEquals(Severity.MEDIUM, silent.severity());
    assertEquals(
        List.of(), incidents.on(5, new NoticeUnanswered(later, uid, "lin", MINUTE)), "once");
    IncidentChanged answered = incidents.on(6, answer(later, uid, Answer.UNKNOWN)).get(0);
    assertEquals(Severity.HIGH, answered.severity());
    assertEquals("notice.answered", answered.last().rule());
    assertEquals(List.of(), incidents.on(8, answer(later, "another", Answer.UNKNOWN)));
    assertEquals(3, incidents.open().get(0).steps().size());
  }

  @Test
  void whatIsDoneAboutAThingIsARemarkInItsIncidentAndNoOther() {
    Incidents incidents = new Incidents("0123456789abcdef");
    String uid = incidents.on(1, program(Scene.noon(0), "/home/d/.x/wps", 0)).get(0).uid();
    Disposal block = new Disposal.BlockProgram("/home/d/.x/wps");
    DisposalEnded elsewhere = ended(block, "another");
    assertEquals(List.of(), incidents.on(2, elsewhere));
    IncidentChanged after = incidents.on(3, ended(block, uid)).get(0);
    assertEquals("disposal.end", after.last().rule());
    assertEquals(Severity.INFORMATIONAL, after.last().severity());
    List<Story.Sentence> told = new Story(Locale.ENGLISH, ZoneId.of("UTC")).sentences(after);
    assertTrue(
        told.get(1)
            .text()
            .contains("to cut the program /home/d/.x/wps off from the network (disposal 01234567)"),
        told.get(1).text());
  }

  private static DisposalEnded ended(Disposal what, String incident) {
    String id = "0123456789abcdef0123456789abcdef";
    return new DisposalEnded(
        Scene.noon(60),
        new DisposalOrder(id, id, what, false, DisposalOrder.By.HQ, "", incident),
        DisposalEnded.Outcome.DONE,
        "");
  }

  private static NoticeAnswered answer(Instant at, String incident, Answer answer) {
    return new NoticeAnswered(
        at,
        incident,
        answer,
        "lin",
        "",
        NoticeAnswered.How.KEYBOARD,
        NoticeAnswered.Place.CONSOLE,
        Duration.ofSeconds(9));
  }

  @Test
  void aFloodOfSmallMattersDoesNotPushOutAGraveOne() {
    Incidents incidents = new Incidents("log");
    String grave = incidents.on(0, program(Scene.noon(0), "/grave", 0)).get(0).uid();
    for (int i = 1; i < 3 * Incidents.MOST_INCIDENTS; i++) {
      List<IncidentChanged> unused =
          incidents.on(
              i,
              new Finding(
                  Scene.noon(i),
                  "program-in-hidden-place",
                  Severity.LOW,
                  List.of((long) i),
                  Json.object().put("path", "/small" + i)));
    }
    assertEquals(Incidents.MOST_INCIDENTS, incidents.open().size());
    assertTrue(incidents.open().stream().anyMatch(each -> each.uid().equals(grave)));
  }

  @Test
  void memoryIsBounded() {
    Incidents incidents = new Incidents("log");
    int closed = 0;
    for (int i = 0; i < Incidents.MOST_INCIDENTS + 10; i++) {
      for (IncidentChanged change : incidents.on(i, program(Scene.noon(i), "/p" + i, i))) {
        closed += change.change() == Change.CLOSE ? 1 : 0;
      }
    }
    assertEquals(10, closed);
    assertEquals(Incidents.MOST_INCIDENTS, incidents.open().size());
    String newest = "/p" + (Incidents.MOST_INCIDENTS + 9);
    IncidentChanged last = incidents.open().get(Incidents.MOST_INCIDENTS - 1);
    int said = 0;
    for (int i = 0; i < 3 * Incidents.MOST_STEPS; i++) {
      for (IncidentChanged each : incidents.on(1000 + i, program(Scene.noon(100 + i), newest, i))) {
        last = each;
        said++;
      }
    }
    assertEquals(Incidents.MOST_STEPS, last.steps().size());
    assertEquals(2 * Incidents.MOST_STEPS, last.left(), "what is left out is counted");
    assertEquals(Incidents.MOST_STEPS + 1, said, "and said every so many steps");
  }
}
