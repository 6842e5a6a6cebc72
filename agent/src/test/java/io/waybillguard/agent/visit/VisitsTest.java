package io.waybillguard.agent.visit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.Summary;
import io.waybillguard.agent.event.VisitorExpected;
import io.waybillguard.agent.evidence.Entry;
import io.waybillguard.agent.evidence.LogReader;
import io.waybillguard.agent.report.TestDesk;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Visits from their announcement to what they left, over a real log. */
final class VisitsTest {
  @TempDir Path temp;
  private TestDesk desk;
  private Visits visits;
  private Instant now = TestDesk.NOON;
  private Scenery there = with("cron");
  private int looks;

  @BeforeEach
  void aDesk() throws Exception {
    desk =
        new TestDesk(
            temp.resolve("data"),
            enrolment -> {
              throw new IOException("there is no HQ");
            });
    visits = visits();
  }

  @AfterEach
  void closes() throws Exception {
    desk.close();
  }

  private Visits visits() {
    Visits made =
        new Visits(
            desk.data(),
            desk,
            () -> {
              looks++;
              return there;
            },
            () -> now);
    made.hear(Set.of("visitor.expected"));
    return made;
  }

  private static Scenery with(String... autostarts) {
    Scenery.Builder all = Scenery.builder();
    for (String each : autostarts) {
      all.saw(each, new Scenery.Thing("autostart", each, "/etc/cron.d/" + each, "x"));
    }
    return all.done();
  }

  /** From so many minutes after noon on, for an hour. */
  private void announce(String who, long minutes) throws Exception {
    Instant from = TestDesk.NOON.plus(Duration.ofMinutes(minutes));
    long unused =
        desk.record(new VisitorExpected(now, who, from, from.plusSeconds(3600), "lin")).get();
  }

  private void at(long minutes) throws Exception {
    now = TestDesk.NOON.plus(Duration.ofMinutes(minutes));
    visits.hear(Set.of("visitor.expected"));
    int unused = visits.step();
  }

  private List<Json.Obj> events(String type) throws Exception {
    List<Json.Obj> found = new ArrayList<>();
    try (LogReader log = LogReader.open(desk.data())) {
      for (Entry each : log.find(type, Instant.EPOCH, Instant.MAX, -1)) {
        found.add(Json.parse(each.event().orElseThrow()));
      }
    }
    return found;
  }

  private Json.Obj end() throws Exception {
    List<Json.Obj> ends = events("visit.end");
    assertEquals(1, ends.size(), ends::toString);
    return ends.get(0);
  }

  private static String compared(Json.Obj end) throws Exception {
    return end.object("unmapped").text("compared");
  }

  @Test
  void whatBecameDifferentDuringAVisitIsARecord() throws Exception {
    announce("合作方 王", 10);
    at(5);
    assertEquals(0, looks, "nothing is looked at before it begins");
    at(10);
    assertEquals(1, events("visit.begin").get(0).object("unmapped").number("autostarts"));
    there = with("cron", "sync");
    at(69);
    assertEquals(List.of(), events("visit.end"));
    at(70);
    Json.Obj end = end();
    assertEquals(1, end.number("num_detections"));
    assertEquals(2, end.number("severity_id"), "low");
    Json.Obj change = end.object("unmapped").objects("changes").get(0);
    assertEquals("appeared", change.text("change"));
    assertEquals("/etc/cron.d/sync", change.text("where"));
    assertEquals(
        "来访结束（合作方 王），与来访前相比有 1 处不同：新出现自启动 sync（/etc/cron.d/sync）。",
        new Summary(Locale.SIMPLIFIED_CHINESE, ZoneOffset.UTC).of("visit.end", end));
    assertEquals(
        "A visit ended (合作方 王); different from before it, 1: new: autostart sync"
            + " (/etc/cron.d/sync).",
        new Summary(Locale.ENGLISH, ZoneOffset.UTC).of("visit.end", end));
    try (LogReader log = LogReader.open(desk.data())) {
      assertTrue(log.newestCheckpoint().isPresent(), "it is sealed at once");
    }
    at(80);
    assertEquals(2, looks, "a visit that ended is done with");
    assertEquals(1, events("visit.end").size());
    try (Stream<Path> left = Files.list(desk.data().resolve("visits"))) {
      assertEquals(0, left.count(), "what was there before is not kept longer");
    }
  }

  @Test
  void aVisitThatChangedNothingSaysSo() throws Exception {
    announce("王", 0);
    at(0);
    at(60);
    assertEquals(1, end().number("severity_id"));
    assertEquals(
        "来访结束（王），自启动、程序和USB设备与来访前相同。",
        new Summary(Locale.SIMPLIFIED_CHINESE, ZoneOffset.UTC).of("visit.end", end()));
  }

  @Test
  void aNewStartInTheMiddleLosesNothing() throws Exception {
    announce("王", 0);
    at(0);
    visits = visits();
    there = with();
    at(30);
    assertEquals(1, events("visit.begin").size());
    assertEquals(1, looks, "it is not looked at again");
    at(61);
    assertEquals("yes", compared(end()));
    assertEquals("vanished", end().object("unmapped").objects("changes").get(0).text("change"));
    visits = visits();
    at(62);
    assertEquals(1, events("visit.end").size(), "nor is it told again");
  }

  @Test
  void aVisitOverBeforeTheAgentCameBackHasNothingToCompareWith() throws Exception {
    announce("王", 0);
    at(90);
    assertEquals("not_before", compared(end()));
    assertEquals(0, looks);
  }

  @Test
  void anAlteredOrMissingLookFromBeforeIsNotBelieved() throws Exception {
    for (boolean altered : new boolean[] {true, false}) {
      announce("王", 0);
      at(0);
      Path kept;
      try (Stream<Path> files = Files.list(desk.data().resolve("visits"))) {
        kept = files.findFirst().orElseThrow();
      }
      if (altered) {
        String text = Files.readString(kept, StandardCharsets.UTF_8);
        assertTrue(text.contains("cron"), text);
        Files.writeString(kept, text.replace("cron", "sync"), StandardCharsets.UTF_8);
      } else {
        Files.delete(kept);
      }
      at(60);
      List<Json.Obj> ends = events("visit.end");
      assertEquals("lost", compared(ends.get(ends.size() - 1)));
      assertFalse(Files.exists(kept));
      now = TestDesk.NOON;
    }
  }

  @Test
  void oneLookServesAllVisitsThatBeginTogetherAndTooManyAreRefused() throws Exception {
    for (int i = 0; i <= Visits.MOST; i++) {
      announce("王" + i, 0);
    }
    at(0);
    assertEquals(1, looks);
    assertEquals(Visits.MOST, events("visit.begin").size());
    assertEquals("too_many", compared(end()));
    at(60);
    assertEquals(Visits.MOST + 1, events("visit.end").size());
    assertEquals(2, looks);
  }
}
