package io.waybillguard.agent.detect;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.waybillguard.agent.Scene;
import io.waybillguard.agent.event.Finding;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.OperatorSignedOff;
import io.waybillguard.agent.event.OperatorSignedOn;
import io.waybillguard.agent.event.OperatorSignedOn.How;
import io.waybillguard.agent.event.Presence;
import io.waybillguard.agent.event.PresenceChanged;
import io.waybillguard.agent.event.SensorBlind;
import io.waybillguard.agent.event.Severity;
import io.waybillguard.agent.event.VisitorExpected;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What the same finding weighs in other circumstances, and that it says why. */
final class CircumstancesTest {
  private static final Instant NOON = Scene.noon(0);
  private static final ZoneId ZONE = ZoneId.of("Asia/Shanghai");

  private Circumstances desk = new Circumstances(Circumstances.Terms.NONE);

  private Finding weighed(String rule, Severity severity) {
    return desk.weigh(new Finding(NOON, rule, severity, List.of(1L), Json.object()));
  }

  private Severity stick() {
    return weighed("unknown-usb-storage", Severity.LOW).severity();
  }

  private static PresenceChanged presence(Presence.State state) {
    Presence now = new Presence(state, "", Optional.empty(), Presence.Lock.UNKNOWN, "");
    return new PresenceChanged(NOON, now, Presence.UNSEEN);
  }

  @Test
  void atADeskThatNobodyWorksAtItWeighsOneLevelMoreAndSaysWhy() {
    for (Presence.State state : Presence.State.values()) {
      desk.enter(presence(state));
      boolean unattended =
          List.of(Presence.State.IDLE, Presence.State.LOCKED, Presence.State.NOBODY)
              .contains(state);
      assertEquals(unattended ? Severity.MEDIUM : Severity.LOW, stick(), state.word());
      assertEquals(
          unattended ? Severity.CRITICAL : Severity.HIGH,
          weighed("program-from-removable-media", Severity.HIGH).severity());
      assertEquals(
          state == Presence.State.UNKNOWN ? "" : state.word(),
          weighed("unknown-usb-storage", Severity.LOW).facts().text("presence", ""));
    }
  }

  @Test
  void whatABlindSensorSaidBeforeCountsNoMore() {
    desk.enter(presence(Presence.State.LOCKED));
    desk.enter(new SensorBlind(NOON, "usb", NOON, ""));
    assertEquals(Severity.MEDIUM, stick());
    desk.enter(new SensorBlind(NOON, "presence", NOON, ""));
    assertEquals(Severity.LOW, stick());
  }

  @Test
  void outsideTheWorkingHoursItWeighsMore() {
    desk = desk("08:00", "12:32", false);
    assertEquals(Severity.LOW, stick());
    desk = desk("08:00", "12:31", false);
    assertEquals(Severity.MEDIUM, stick());
    assertEquals("outside", weighed("unknown-usb-storage", Severity.LOW).facts().text("hours", ""));
  }

  @Test
  void whoIsOnShiftIsNamedAndNobodyWeighsMoreOnlyWhereSomebodyMustBe() {
    assertEquals(Severity.LOW, stick());
    desk = desk("00:00", "00:00", true);
    assertEquals(Severity.MEDIUM, stick());
    desk.enter(new OperatorSignedOn(NOON, "李雷", "courier", How.COMMAND));
    assertEquals(Severity.LOW, stick());
    assertEquals("李雷", weighed("unknown-usb-storage", Severity.LOW).facts().text("operator", ""));
    desk.enter(new OperatorSignedOff(NOON, "李雷", "courier", How.COMMAND));
    assertEquals(Severity.MEDIUM, stick());
  }

  @Test
  void whileAVisitorIsExpectedWhatVisitorsDoWeighsMore() {
    desk.enter(new VisitorExpected(NOON, "王", NOON, NOON.plusSeconds(1), "lin"));
    assertEquals(Severity.MEDIUM, stick());
    assertEquals(Severity.MEDIUM, weighed("unexpected-remote-session", Severity.MEDIUM).severity());
    desk.enter(new VisitorExpected(NOON, "王", NOON.minus(Duration.ofHours(1)), NOON, "lin"));
    assertEquals(Severity.LOW, stick(), "the visit is over");
  }

  @Test
  void severalReasonsRaiseItOnce() {
    desk = desk("08:00", "09:00", true);
    desk.enter(presence(Presence.State.LOCKED));
    assertEquals(Severity.MEDIUM, stick());
  }

  @Test
  void readingImagesWeighsTheSameWhoeverIsThere() {
    desk.enter(presence(Presence.State.LOCKED));
    assertEquals(Severity.LOW, weighed("images-taken", Severity.LOW).severity());
  }

  private static Circumstances desk(String from, String until, boolean operatorRequired) {
    return new Circumstances(
        new Circumstances.Terms(
            LocalTime.parse(from), LocalTime.parse(until), ZONE, operatorRequired));
  }
}
