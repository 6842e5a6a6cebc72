package io.waybillguard.agent.sense.presence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.HandClock;
import io.waybillguard.agent.event.Observation;
import io.waybillguard.agent.event.Presence;
import io.waybillguard.agent.event.Presence.State;
import io.waybillguard.agent.event.PresenceChanged;
import io.waybillguard.agent.platform.DeskSigns.Lock;
import io.waybillguard.agent.sense.Sensor;
import io.waybillguard.agent.sense.SensorContract;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class PresenceSensorTest implements SensorContract {
  private static final Instant NOON = Instant.parse("2026-06-12T04:00:00Z");
  private static final Duration IDLE_AFTER = Duration.ofMinutes(5);

  private final HandClock clock = new HandClock(NOON);
  private final DeskByHand desk = new DeskByHand();
  private final PresenceSensor sensor = new PresenceSensor(desk, IDLE_AFTER, clock);

  @BeforeEach
  void somebodyIsLoggedIn() {
    desk.user = "courier";
    desk.watchedSince = Optional.of(NOON);
  }

  @Override
  public Sensor sensor() {
    return sensor;
  }

  private static Presence only(List<Observation> seen) {
    assertEquals(1, seen.size(), seen.toString());
    return ((PresenceChanged) seen.get(0)).presence();
  }

  private List<Observation> after(Duration time) throws IOException {
    clock.pass(time);
    return sensor.sense(Duration.ZERO);
  }

  private void touch() {
    desk.lastInput = Optional.of(clock.instant());
  }

  @Test
  void atTheStartItSaysThatItCannotKnowYetAndWhy() throws Exception {
    Presence first = only(sensor.open().found());
    assertEquals(State.UNKNOWN, first.state());
    assertEquals("nothing was touched yet since watching began", first.cannotKnow());
    assertEquals(State.IDLE, only(after(IDLE_AFTER)).state());
  }

  @Test
  void aTouchIsPresenceAndRestEndsItAtTheLimit() throws Exception {
    touch();
    assertEquals(State.ATTENDED, only(sensor.open().found()).state());
    assertEquals(List.of(), after(IDLE_AFTER.minusMillis(1)));
    PresenceChanged left = (PresenceChanged) after(Duration.ofMillis(1)).get(0);
    assertEquals(State.IDLE, left.presence().state());
    assertEquals(State.ATTENDED, left.before().state());
    assertEquals(Optional.of(NOON), left.presence().lastInput());
    touch();
    assertEquals(State.ATTENDED, only(sensor.sense(Duration.ZERO)).state());
  }

  @Test
  void whoGoesOnWorkingIsToldOnce() throws Exception {
    touch();
    assertEquals(1, sensor.open().found().size());
    for (int i = 0; i < 100; i++) {
      touch();
      assertEquals(List.of(), after(Duration.ofMinutes(4)));
    }
  }

  @Test
  void aLockedScreenIsLockedThoughSomebodyTypesAtIt() throws Exception {
    touch();
    desk.lock = Lock.LOCKED;
    assertEquals(State.LOCKED, only(sensor.open().found()).state());
    desk.lock = Lock.UNLOCKED;
    Presence back = only(sensor.sense(Duration.ZERO));
    assertEquals(State.ATTENDED, back.state());
    assertEquals(Presence.Lock.UNLOCKED, back.lock());
  }

  @Test
  void nobodyIsThereWhenNobodyIsLoggedInAndNothingMoves() throws Exception {
    desk.user = "";
    touch();
    assertEquals(State.ATTENDED, only(sensor.open().found()).state(), "at the login window");
    assertEquals(State.NOBODY, only(after(IDLE_AFTER)).state());
    desk.userUnseen = "cannot see who is logged in";
    assertEquals(
        State.IDLE, only(after(IDLE_AFTER)).state(), "not seeing an account is not seeing none");
  }

  @Test
  void withoutInputDevicesItSaysThatItCannotKnow() throws Exception {
    desk.watchedSince = Optional.empty();
    desk.inputUnseen = "cannot see input: run the agent as root";
    Sensor.Sight sight = sensor.open();
    assertTrue(sight.reduced());
    assertTrue(sight.detail().endsWith(desk.inputUnseen), sight.detail());
    Presence presence = only(sight.found());
    assertEquals(State.UNKNOWN, presence.state());
    assertEquals(desk.inputUnseen, presence.cannotKnow());
    assertEquals(List.of(), after(Duration.ofDays(1)), "said once");
  }

  @Test
  void aClockThatWasSetBackLeavesNoInputInTheFuture() throws Exception {
    desk.lastInput = Optional.of(NOON.plusSeconds(3600));
    assertEquals(Optional.of(NOON), only(sensor.open().found()).lastInput());
  }

  @Test
  void afterABlindTimeOnlyWhatChangedIsTold() throws Exception {
    touch();
    assertEquals(1, sensor.open().found().size());
    sensor.close();
    assertEquals(List.of(), sensor.open().found());
    sensor.close();
    desk.user = "other";
    assertEquals("other", only(sensor.open().found()).user());
  }
}
