package io.waybillguard.agent.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.Scene;
import io.waybillguard.agent.Seen;
import io.waybillguard.agent.event.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Not seeing is not the same as seeing nothing. */
final class SensorDutyTest {
  @TempDir Path temp;
  private Scene desk;

  @BeforeEach
  void open() throws IOException {
    desk = new Scene(temp, 1000, List.of());
  }

  @AfterEach
  void close() {
    desk.close();
  }

  private SensorDuty.Sight sight() {
    return desk.duty().state().sight();
  }

  @Test
  void aSensorSaysThatItLooksAndWhatWasThereAlready() throws Exception {
    assertEquals("sense-usb", desk.duty().name());
    assertEquals(SensorDuty.Sight.STARTING, sight());
    assertEquals(1, desk.duty().decided().getCount());
    desk.sensor().leave(Seen.attached(Scene.noon(0), "A"));
    desk.step();
    assertEquals(List.of("sensor.live", "usb.attach"), desk.kinds());
    assertEquals(SensorDuty.Sight.LIVE, sight());
    assertEquals(0, desk.duty().decided().getCount());
    desk.sees(Seen.detached(Scene.noon(5), "A"));
    assertEquals(List.of("sensor.live", "usb.attach", "usb.detach"), desk.kinds());
  }

  @Test
  void whatASensorHeldBackIsToldWhenTheAgentEnds() throws Exception {
    desk.step();
    desk.sensor().hold(Seen.attached(Scene.noon(1), "A"));
    desk.step();
    assertEquals(List.of("sensor.live"), desk.kinds());
    desk.duty().end();
    assertFalse(desk.sensor().isOpen());
    desk.write();
    assertEquals(List.of("sensor.live", "usb.attach"), desk.kinds());
  }

  @Test
  void whatHasHappenedWhenTheAgentEndsIsTold() throws Exception {
    desk.step();
    desk.sensor().lookOneByOne(() -> {});
    desk.sensor()
        .show(
            Seen.attached(Scene.noon(1), "A"),
            Seen.attached(Scene.noon(1), "B"),
            Seen.detached(Scene.noon(2), "A"));
    desk.duty().end();
    assertFalse(desk.sensor().isOpen());
    desk.write();
    assertEquals(List.of("sensor.live", "usb.attach", "usb.attach", "usb.detach"), desk.kinds());
  }

  @Test
  void asFarAsThereIsTimeForItAndThatItWasNotAllIsARecord() throws Exception {
    desk.step();
    desk.sensor().lookOneByOne(() -> desk.clock().pass(Duration.ofSeconds(2)));
    for (int i = 0; i < 5; i++) {
      desk.sensor().show(Seen.attached(Scene.noon(1), "S" + i));
    }
    desk.duty().end();
    desk.write();
    assertEquals(List.of("sensor.live", "usb.attach", "usb.attach", "sensor.blind"), desk.kinds());
    assertEquals(
        "the agent ended before all that had happened was looked at",
        desk.last("sensor.blind").text("status_detail"));
    desk.assertSound();
  }

  @Test
  void aSensorThatCannotSeeWhenTheAgentEndsIsBlindInTheLog() throws Exception {
    desk.step();
    desk.sensor().blind(new IOException("events were lost"));
    desk.duty().end();
    desk.write();
    assertEquals(List.of("sensor.live", "sensor.blind"), desk.kinds());
    assertEquals("events were lost", desk.last("sensor.blind").text("status_detail"));
  }

  @Test
  void whatTheSystemKeepsIsLeftToItWhileTheLogIsBehindAndNothingIsLost() throws Exception {
    desk.step();
    desk.sensor().keepAll();
    for (int i = 0; i < 501; i++) { // more than half of the room for 1,000
      desk.inbox().offer(Seen.attached(Scene.noon(i), "S" + i));
    }
    desk.sensor().show(Seen.detached(Scene.noon(600), "A"));
    desk.look();
    assertEquals(501, desk.inbox().size());
    desk.write();
    desk.look();
    desk.write();
    desk.write();
    assertEquals(1 + 501 + 1, desk.kinds().size());
    assertEquals("usb.detach", desk.kinds().get(502));
  }

  @Test
  void whatNobodyKeepsIsToldHoweverFullTheInboxIs() throws Exception {
    desk.step();
    for (int i = 0; i < 999; i++) {
      desk.inbox().offer(Seen.attached(Scene.noon(i), "S" + i));
    }
    desk.sensor().show(Seen.detached(Scene.noon(999), "A"), Seen.detached(Scene.noon(999), "B"));
    desk.step();
    assertEquals(1, desk.kinds().stream().filter("usb.detach"::equals).count());
    assertTrue(desk.kinds().contains("log.gap"));
  }

  @Test
  void aReducedSensorSaysSo() throws Exception {
    desk.sensor().reduce();
    desk.step();
    assertEquals(SensorDuty.Sight.REDUCED, sight());
    assertTrue(desk.last("sensor.live").object("unmapped").flag("reduced", false));
  }

  @Test
  void aSensorThatCannotOpenIsBlindAndSaysSoOnce() throws Exception {
    desk.sensor().blind(new IOException("no right to open netlink; run as root"));
    for (int i = 0; i < 4; i++) {
      desk.clock().pass(Duration.ofSeconds(10));
      desk.step();
    }
    assertEquals(List.of("sensor.blind"), desk.kinds());
    Json.Obj blind = desk.last("sensor.blind");
    assertEquals("no right to open netlink; run as root", blind.text("status_detail"));
    assertEquals(Scene.noon(0).toEpochMilli(), blind.number("start_time"), "since the start");
    assertEquals(SensorDuty.Sight.BLIND, sight());
    assertEquals(Scene.noon(0), desk.duty().state().since());
    assertEquals(0, desk.duty().decided().getCount(), "it has said why not");
    desk.assertSound();
  }

  @Test
  void aSensorIsBlindFromItsLastGoodLookUntilItHasLookedAgain() throws Exception {
    desk.step();
    desk.clock().pass(Duration.ofSeconds(30));
    desk.step(); // the last good look, at 30 s
    desk.clock().pass(Duration.ofSeconds(60));
    desk.sensor().blind(new IOException("events were lost"));
    desk.step();
    assertFalse(desk.sensor().isOpen(), "it lets go before it tries again");
    desk.clock().pass(Duration.ofSeconds(5));
    desk.sensor().heal();
    desk.sensor().leave(Seen.attached(Scene.noon(80), "A"));
    desk.step();
    assertEquals(List.of("sensor.live", "sensor.blind", "sensor.back", "usb.attach"), desk.kinds());
    assertEquals(Scene.noon(30).toEpochMilli(), desk.last("sensor.blind").number("start_time"));
    assertEquals(Scene.noon(30).toEpochMilli(), desk.last("sensor.back").number("start_time"));
    assertEquals(Scene.noon(95).toEpochMilli(), desk.last("sensor.back").number("end_time"));
    assertEquals(SensorDuty.Sight.LIVE, sight());
    assertEquals(Scene.noon(95), desk.duty().state().since());
  }

  @Test
  void aSecondBlindTimeIsWrittenAnew() throws Exception {
    desk.step();
    for (int i = 0; i < 2; i++) {
      desk.sensor().blind(new IOException("gone " + i));
      desk.step();
      desk.sensor().heal();
      desk.step();
      desk.step();
    }
    assertEquals(
        List.of("sensor.live", "sensor.blind", "sensor.back", "sensor.blind", "sensor.back"),
        desk.kinds());
    assertEquals("gone 1", desk.last("sensor.blind").text("status_detail"));
  }

  @Test
  void thePauseDoublesUpToFiveMinutesAndBeginsAnewAfterAGoodLook() {
    desk.sensor().blind(new IOException("gone"));
    for (long expected : new long[] {1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300}) {
      assertEquals(expected * 1000, desk.look());
    }
    desk.sensor().heal();
    assertEquals(0, desk.look()); // opens
    assertEquals(0, desk.look()); // looks
    desk.sensor().blind(new IOException("gone"));
    assertEquals(1000, desk.look());
  }

  /** One that opens and then fails at every look must not fill the log, one pair a second. */
  @Test
  void aSensorThatOpensAndFailsAtOnceIsTriedLessAndLessOften() {
    for (long expected : new long[] {1, 2, 4, 8, 16, 32}) {
      desk.sensor().heal();
      assertEquals(0, desk.look());
      desk.sensor().blind(new IOException("gone"));
      assertEquals(expected * 1000, desk.look());
    }
  }

  @Test
  void aBugInASensorIsBlindnessToo() throws Exception {
    desk.step();
    desk.sensor().blind(new IllegalStateException("index 7 of 3"));
    desk.step();
    assertEquals(List.of("sensor.live", "sensor.blind"), desk.kinds());
    assertEquals(
        "java.lang.IllegalStateException: index 7 of 3",
        desk.last("sensor.blind").text("status_detail"));
  }

  /** A missing native library costs one sensor, not the agent. */
  @Test
  void aMissingNativeLibraryIsBlindnessToo() throws Exception {
    desk.sensor().breakDown(new UnsatisfiedLinkError("libudev.so.1: cannot open"));
    desk.step();
    assertEquals(List.of("sensor.blind"), desk.kinds());
    assertTrue(desk.last("sensor.blind").text("status_detail").contains("libudev.so.1"));
  }

  @Test
  void atTheEndTheSensorLetsGo() throws Exception {
    desk.step();
    assertTrue(desk.sensor().isOpen());
    desk.duty().end();
    assertFalse(desk.sensor().isOpen());
  }
}
