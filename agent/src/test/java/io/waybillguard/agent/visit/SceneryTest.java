package io.waybillguard.agent.visit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.VisitChange;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Two looks held against each other. */
final class SceneryTest {
  private static Scenery.Builder seen(String kind, String name, String where, String state) {
    return Scenery.builder().saw(name, new Scenery.Thing(kind, name, where, state));
  }

  @Test
  void whatAppearedChangedAndVanishedIsTold() {
    Scenery before =
        seen("usb", "stick", "1-1", "1-1")
            .saw("job", new Scenery.Thing("autostart", "job", "/etc/cron.d/job", "a"))
            .saw("same", new Scenery.Thing("program", "same", "/opt/same", "1"))
            .done();
    Scenery after =
        seen("autostart", "job", "/etc/cron.d/job", "b")
            .saw("same", new Scenery.Thing("program", "same", "/opt/same", "1"))
            .saw("sync", new Scenery.Thing("program", "sync", "/home/x/sync", "9"))
            .done();
    assertEquals(
        List.of(
            new VisitChange("autostart", "changed", "job", "/etc/cron.d/job"),
            new VisitChange("usb", "vanished", "stick", "1-1"),
            new VisitChange("program", "appeared", "sync", "/home/x/sync")),
        before.until(after));
    assertEquals(List.of(), before.until(before));
  }

  @Test
  void oneNameOfTwoKindsIsTwoThings() {
    Scenery before = seen("usb", "x", "1-1", "1").done();
    Scenery after = seen("program", "x", "/x", "1").done();
    assertEquals(2, before.until(after).size());
  }

  @Test
  void ofWhatCouldNotBeReadNothingIsSaid() {
    Scenery before = seen("autostart", "job", "/etc/cron.d/job", "a").done();
    Scenery unread = Scenery.builder().didNotSee(List.of("/etc/cron.d")).done();
    Scenery blind = Scenery.builder().blindFor("autostart", "not permitted").done();
    assertEquals(List.of(), before.until(unread), "it may still be there");
    assertEquals(List.of(), unread.until(before), "it may have been there");
    assertEquals(List.of(), blind.until(before));
    assertEquals(List.of("/etc/cron.d"), before.unseenUntil(unread));
    assertEquals(List.of("/etc/cron.d", "autostart: not permitted"), unread.unseenUntil(blind));
    Scenery beside = Scenery.builder().didNotSee(List.of("/etc/cron")).done();
    assertEquals(1, before.until(beside).size(), "/etc/cron is not above /etc/cron.d");
  }

  @Test
  void twoDevicesAlikeAreOneThingWithBothPorts() {
    Scenery.Thing here = new Scenery.Thing("usb", "stick", "1-1", "1-1");
    Scenery.Thing there = new Scenery.Thing("usb", "stick", "1-2", "1-2");
    Scenery one = Scenery.builder().saw("p", here).done();
    Scenery both = Scenery.builder().saw("p", there).saw("p", here).done();
    assertEquals("changed", one.until(both).get(0).change());
    assertEquals(both.digest(), Scenery.builder().saw("p", here).saw("p", there).done().digest());
  }

  @Test
  void whatIsKeptIsReadBackWithTheSameDigest() throws Exception {
    Scenery kept =
        seen("autostart", "任务", "/etc/cron.d/任务", "root\n/bin/x")
            .didNotSee(List.of("/root/.ssh"))
            .blindFor("usb", "no")
            .done();
    Scenery back = Scenery.of(Json.parse(kept.json().canonical()));
    assertEquals(kept, back);
    assertEquals(kept.digest(), back.digest());
    assertNotEquals(kept.digest(), seen("usb", "x", "1", "1").done().digest());
  }
}
