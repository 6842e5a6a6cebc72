package io.waybillguard.agent.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.Scene;
import io.waybillguard.agent.Seen;
import io.waybillguard.agent.SmallDisk;
import io.waybillguard.agent.detect.AllowedFiles;
import io.waybillguard.agent.detect.Circumstances;
import io.waybillguard.agent.detect.Detector;
import io.waybillguard.agent.detect.ImagesCarriedOff;
import io.waybillguard.agent.detect.Judge;
import io.waybillguard.agent.detect.ProgramFromRemovableMedia;
import io.waybillguard.agent.event.AgentStopped;
import io.waybillguard.agent.event.BytesSent;
import io.waybillguard.agent.event.Finding;
import io.waybillguard.agent.event.ImagesHandled;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.Observation;
import io.waybillguard.agent.event.ProcessRef;
import io.waybillguard.agent.event.Severity;
import io.waybillguard.agent.event.UsbAttached;
import io.waybillguard.agent.evidence.Entry;
import io.waybillguard.agent.evidence.EvidenceLog;
import io.waybillguard.agent.evidence.LogReader;
import io.waybillguard.agent.evidence.Retention;
import io.waybillguard.agent.evidence.Storage;
import io.waybillguard.agent.evidence.TestLog;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Write, then think, then tell. */
final class PipelineTest {
  private static final int ROOMY = 10_000;

  @TempDir Path temp;

  private Scene desk(Detector... rules) throws IOException {
    return new Scene(temp.resolve("data"), ROOMY, List.of(rules));
  }

  // -- order -----------------------------------------------------------------------------------

  @Test
  void anObservationIsInTheLogBeforeItsFinding() throws Exception {
    try (Scene desk = desk(new ProgramFromRemovableMedia(AllowedFiles.NONE))) {
      desk.step();
      desk.sees(
          Seen.attached(Scene.noon(1), "4C530001"),
          Seen.copied(Scene.noon(2), "/home/lin/.cache/update"),
          Seen.detached(Scene.noon(3), "4C530001"));
      assertEquals(
          List.of(
              "sensor.live",
              "usb.attach",
              "program.new",
              "finding.new",
              "incident.new",
              "usb.detach",
              "incident.update"),
          desk.kinds());
      Json.Obj finding = desk.entries().get(3).leaf().fields();
      assertEquals("program-from-removable-media", finding.text("rule"));
      assertEquals(List.of(2L), finding.find("about").orElseThrow());
      desk.assertSound();
    }
  }

  /** Told when it is durable and not before: whoever is told can read it. */
  @Test
  void nobodyIsToldBeforeItIsDurable() throws Exception {
    List<List<String>> readable = new ArrayList<>();
    List<Set<String>> told = new ArrayList<>();
    try (TestLog log = TestLog.in(temp.resolve("data"))) {
      Inbox inbox = new Inbox(ROOMY);
      Pipeline pipeline =
          new Pipeline(
              inbox,
              log.log(),
              new Judge(
                  () -> List.of(new ProgramFromRemovableMedia(AllowedFiles.NONE)),
                  new Circumstances(Circumstances.Terms.NONE)),
              new Pipeline.BatchLimits(256, Duration.ZERO),
              log.clock(),
              log.clock()::micros,
              types -> {
                told.add(types);
                readable.add(kinds(log.folder()));
              });
      inbox.offer(Seen.copied(Scene.noon(0), "/tmp/x"));
      pipeline.step();
      assertEquals(List.of(List.of("program.new", "finding.new", "incident.new")), readable);
      assertEquals(List.of(Set.of("program.new", "finding.new", "incident.new")), told);
      pipeline.wake();
      pipeline.step();
      assertEquals(1, readable.size(), "nothing new, nobody told");
    }
  }

  private static List<String> kinds(Path data) {
    List<String> kinds = new ArrayList<>();
    try (LogReader reader = LogReader.open(data)) {
      for (long i = 0; i < reader.size(); i++) {
        kinds.add(reader.entry(i).orElseThrow().type());
      }
      return kinds;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aBatchIsOneCommitAndNoLargerThanItsLimit() throws Exception {
    try (Scene desk = desk()) {
      for (int i = 0; i < 600; i++) {
        desk.inbox().offer(Seen.attached(Scene.noon(i), "S" + i));
      }
      assertEquals(256, desk.pipeline().step());
      assertEquals(256, desk.log().log().durableSize());
      assertEquals(256, desk.pipeline().step());
      assertEquals(88, desk.pipeline().step());
      assertEquals(0, desk.inbox().size());
      assertEquals(600, desk.log().log().sealedSize());
      desk.assertSound();
    }
  }

  // -- rules after a restart ---------------------------------------------------------------------

  private static final ImagesCarriedOff.Settings FEW =
      new ImagesCarriedOff.Settings(3, 1 << 16, 3, Duration.ofMinutes(2));
  private static final ProcessRef CURL = new ProcessRef(100, "/usr/bin/curl", "desk");

  private static ImagesHandled read(Instant at) {
    return new ImagesHandled(
        at,
        at.minusSeconds(1),
        ImagesHandled.Act.READ,
        CURL,
        ProcessRef.UNKNOWN,
        false,
        60,
        60,
        60,
        60 << 20,
        "/srv/scan",
        "",
        "");
  }

  private static BytesSent sent(Instant at) {
    return new BytesSent(
        at,
        at.minusSeconds(1),
        CURL,
        ProcessRef.UNKNOWN,
        false,
        new BytesSent.Peer("10.0.0.2", 443, "pan.example", "netdisk", false),
        48 << 20,
        0,
        1);
  }

  private static List<Object> carriedOff(Scene desk) throws IOException {
    return desk.entries().stream()
        .filter(entry -> entry.type().equals("finding.new"))
        .map(entry -> entry.leaf().fields().find("about").orElseThrow())
        .toList();
  }

  @Test
  void whatWasReadBeforeARestartIsKnownWhenItIsSentAfterwards() throws Exception {
    try (Scene desk = desk(new ImagesCarriedOff(FEW))) {
      desk.step();
      desk.sees(read(desk.clock().instant()));
      assertEquals(List.of(), carriedOff(desk));
    }
    try (Scene desk = desk(new ImagesCarriedOff(FEW));
        LogReader past = LogReader.open(temp.resolve("data"))) {
      long size = past.size();
      desk.clock().pass(Duration.ofMinutes(1));
      desk.pipeline().remember(past);
      assertEquals(size, desk.log().log().durableSize(), "remembering writes nothing");
      desk.step();
      desk.sees(sent(desk.clock().instant()));
      assertEquals(List.of(List.of(1L, 3L)), carriedOff(desk));
    }
    try (Scene desk = desk(new ImagesCarriedOff(FEW));
        LogReader past = LogReader.open(temp.resolve("data"))) {
      desk.clock().pass(Duration.ofMinutes(2));
      desk.pipeline().remember(past);
      desk.step();
      desk.sees(sent(desk.clock().instant()));
      assertEquals(1, carriedOff(desk).size(), "what was told before is not told again");
    }
  }

  @Test
  void whatIsOlderThanARuleRemembersIsNotToldAgain() throws Exception {
    List<Observation> told = new ArrayList<>();
    Detector day =
        new Detector() {
          @Override
          public String rule() {
            return "a day";
          }

          @Override
          public Memory memory() {
            return new Memory(Set.of("net.sent"), Duration.ofHours(24));
          }

          @Override
          public List<Finding> on(long seq, Observation seen) {
            told.add(seen);
            return List.of();
          }
        };
    BytesSent old;
    BytesSent young;
    try (Scene desk = desk()) {
      desk.step();
      old = sent(desk.clock().instant());
      desk.sees(old);
      desk.clock().pass(Duration.ofHours(25));
      young = sent(desk.clock().instant());
      desk.sees(young, read(desk.clock().instant()));
    }
    try (Scene desk = desk(day);
        LogReader past = LogReader.open(temp.resolve("data"))) {
      desk.clock().pass(Duration.ofHours(26));
      desk.pipeline().remember(past);
      assertEquals(List.of(young), told, "not " + old);
    }
  }

  // -- rules -----------------------------------------------------------------------------------

  private record Rule(String rule, java.util.function.Function<Observation, List<Finding>> says)
      implements Detector {
    @Override
    public List<Finding> on(long seq, Observation seen) {
      return says.apply(seen);
    }
  }

  @Test
  void aRuleThatThrowsIsOffAndSaysSoAndTheOthersGoOn() throws Exception {
    List<Observation> asked = new ArrayList<>();
    Rule broken =
        new Rule(
            "broken",
            seen -> {
              asked.add(seen);
              throw new IllegalStateException("no such desk");
            });
    try (Scene desk = desk(broken, new ProgramFromRemovableMedia(AllowedFiles.NONE))) {
      desk.step();
      desk.sees(Seen.copied(Scene.noon(1), "/tmp/a"), Seen.copied(Scene.noon(2), "/tmp/b"));
      assertEquals(
          List.of(
              "sensor.live",
              "rule.off",
              "program.new",
              "finding.new",
              "incident.new",
              "program.new",
              "finding.new",
              "incident.update"),
          desk.kinds());
      assertEquals(1, asked.size());
      assertEquals("broken", desk.last("rule.off").object("unmapped").text("rule"));
      assertTrue(desk.last("rule.off").text("status_detail").contains("no such desk"));
      desk.assertSound();
    }
  }

  /** A record that cannot be put into bytes is counted; those that came with it are safe. */
  @Test
  void aFindingThatCannotBeWrittenCostsNothingElse() throws Exception {
    Finding tooLarge =
        new Finding(
            Scene.noon(0),
            "huge",
            Severity.HIGH,
            LongStream.range(1_000_000, 1_001_000).boxed().toList(),
            Json.object());
    Rule huge =
        new Rule("huge", seen -> seen instanceof UsbAttached ? List.of(tooLarge) : List.of());
    try (Scene desk = desk(huge)) {
      desk.step();
      desk.sees(
          Seen.attached(Scene.noon(1), "A"),
          Seen.detached(Scene.noon(2), "A"),
          Seen.detached(Scene.noon(3), "B"));
      assertEquals(
          List.of("sensor.live", "usb.attach", "log.gap", "usb.detach", "usb.detach"),
          desk.kinds());
      assertEquals(
          "cannot be written: IllegalStateException", desk.last("log.gap").text("status_detail"));
      assertEquals(1, desk.last("log.gap").object("unmapped").number("lost_finding_new"));
      desk.assertSound();
    }
  }

  // -- losses ----------------------------------------------------------------------------------

  @Test
  void whatDidNotFitIntoTheInboxIsCountedInTheLog() throws Exception {
    try (Scene desk = new Scene(temp.resolve("data"), 3, List.of())) {
      desk.step();
      desk.sees(
          Seen.attached(Scene.noon(1), "A"),
          Seen.detached(Scene.noon(2), "A"),
          Seen.attached(Scene.noon(3), "B"),
          Seen.detached(Scene.noon(4), "B"),
          Seen.attached(Scene.noon(5), "C"),
          Seen.detached(Scene.noon(6), "C"));
      assertEquals(
          List.of("sensor.live", "usb.attach", "usb.detach", "usb.attach", "log.gap"),
          desk.kinds());
      Json.Obj gap = desk.last("log.gap");
      assertEquals("inbox full", gap.text("status_detail"));
      assertEquals(3, gap.number("count"));
      assertEquals(2, gap.object("unmapped").number("lost_usb_detach"));
      assertEquals(1, gap.object("unmapped").number("lost_usb_attach"));
      assertEquals(Scene.noon(4).toEpochMilli(), gap.number("start_time"));
      assertEquals(Scene.noon(6).toEpochMilli(), gap.number("end_time"));
      desk.assertSound();
    }
  }

  @Test
  void aFullDiskLosesNothingThatWasAcceptedAndIsToldOnceThereIsRoom() throws Exception {
    try (SmallDisk disk = SmallDisk.on(temp.resolve("disk"), 2048);
        Scene desk = new Scene(disk.root().resolve("data"), ROOMY, List.of())) {
      desk.step();
      disk.fill();
      int shown = 0;
      while (desk.pipeline().storage().state() == Storage.State.GOOD) {
        assertTrue(shown < 10_000, "the disk never fills");
        desk.inbox().offer(Seen.attached(Scene.noon(shown), "S" + shown));
        shown++;
        desk.write();
      }
      assertEquals(Storage.State.DISK_REFUSES, desk.pipeline().storage().state());
      int told = desk.urgent();
      CompletableFuture<Long> place =
          desk.pipeline().record(new AgentStopped(Scene.noon(9), "0.1.0", "signal"));
      desk.clock().pass(Duration.ofSeconds(2));
      desk.write();
      assertFalse(place.isDone(), "not durable, so not answered");
      assertEquals(told, desk.urgent(), "not durable, so nobody is told");

      disk.free();
      desk.write();
      assertFalse(place.isDone(), "it is not tried at every step");
      desk.clock().pass(Duration.ofSeconds(2));
      desk.write();
      assertEquals(shown + 2L, place.get(), "after sensor.live, all that was shown, store.full");
      assertEquals(told + 1, desk.urgent(), "what was urgent then is told now");
      assertEquals(shown + 3L, desk.log().log().durableSize());
      assertEquals(1, Collections.frequency(desk.kinds(), "store.full"));
      assertEquals("disk full", desk.last("store.full").text("status_detail"));
      assertFalse(desk.kinds().contains("log.gap"), "nothing was lost");
      desk.assertSound();
    }
  }

  /** Memory has an end too: what comes after it is counted, by type, and the count is written. */
  @Test
  void whatTheLogRefusesIsCountedAndTheCountComesFirst() throws Exception {
    try (SmallDisk disk = SmallDisk.on(temp.resolve("disk"), 512);
        Scene desk = new Scene(disk.root().resolve("data"), 3, List.of())) {
      desk.step();
      desk.write();
      int accepted = 0;
      while (true) {
        try {
          desk.log().log().append(Seen.attached(Scene.noon(0), "A"));
          accepted++;
        } catch (IOException full) {
          break;
        }
      }
      assertEquals(16_384, accepted);
      for (int i = 0; i < 5; i++) {
        desk.inbox().offer(Seen.detached(Scene.noon(10 + i), "A"));
      }
      desk.write();
      desk.inbox().offer(Seen.attached(Scene.noon(20), "B"));
      desk.write();
      assertEquals(16_384 + 1, desk.log().log().pendingSize(), "and a store.full");
      assertEquals(16_384 + 1, desk.pipeline().storage().waiting());

      disk.grow(131_072);
      desk.clock().pass(Duration.ofSeconds(2));
      desk.write(); // all that was accepted
      desk.write(); // the counts, though nothing more happens
      assertEquals(1 + 16_384 + 1 + 2, desk.log().log().durableSize());
      Map<String, Long> lost = new java.util.TreeMap<>();
      for (Entry entry : desk.entries(16_386)) {
        assertEquals("log.gap", entry.type());
        Json.Obj counts = entry.leaf().fields().object("lost");
        String cause = Json.parse(entry.bodies().get(0).data()).text("status_detail");
        for (String type : counts.keys()) {
          lost.merge(cause + " " + type, counts.number(type), Long::sum);
        }
      }
      assertEquals(
          Map.of(
              "disk full usb.detach", 3L, "disk full usb.attach", 1L, "inbox full usb.detach", 2L),
          lost);
      desk.assertSound();
    }
  }

  /** The disk fills, the memory fills; then there is room, and every record is there or counted. */
  @ParameterizedTest
  @ValueSource(ints = {2, 3, 5, 8, 16})
  void onADiskOfAnySizeWhatIsShownIsWrittenOrCounted(int mebibytes) throws Exception {
    Retention reserve =
        new Retention(
            Duration.ofDays(30), Duration.ofDays(180), Duration.ofDays(1095), 2L << 30, 256 << 10);
    try (SmallDisk disk = SmallDisk.on(temp.resolve("disk"), mebibytes << 10);
        Scene desk = new Scene(TestLog.in(disk.root().resolve("data"), reserve), 512, List.of())) {
      desk.step();
      int shown = 0;
      for (int stuck = 0; stuck < 90; ) {
        for (int i = 0; i < 256; i++) {
          desk.inbox().offer(Seen.attached(Scene.noon(shown), "S" + shown));
          shown++;
        }
        desk.write();
        desk.clock().pass(Duration.ofSeconds(2));
        stuck += desk.pipeline().storage().state() == Storage.State.DISK_REFUSES ? 1 : 0;
      }
      int waiting = desk.pipeline().storage().waiting();
      assertTrue(waiting >= 16_384, "the memory is full too, with " + waiting);
      desk.assertSoundSoFar();

      disk.grow(262_144);
      for (int i = 0; i < 3; i++) {
        desk.clock().pass(Duration.ofSeconds(2));
        desk.write();
      }
      int written = 0;
      int told = 0;
      long lost = 0;
      for (Entry entry : desk.entries()) {
        written += entry.type().equals("usb.attach") ? 1 : 0;
        told += entry.type().equals("store.full") ? 1 : 0;
        if (entry.type().equals("log.gap")) {
          lost += entry.leaf().fields().object("lost").number("usb.attach");
        }
      }
      assertEquals(shown, written + lost);
      assertTrue(lost > 0 && written > 16_000, written + " written, " + lost + " counted");
      assertEquals(1, told);
      desk.assertSound();
    }
  }

  /** What was seen before the end comes before the record that says that it is the end. */
  @Test
  void theLastWordComesAfterAllThatWasSeen() throws Exception {
    try (Scene desk = desk()) {
      desk.step();
      for (int i = 0; i < 1_000; i++) {
        desk.inbox().offer(Seen.attached(Scene.noon(i), "S" + i));
      }
      desk.pipeline().endWith(() -> new AgentStopped(Scene.noon(9), "0.1.0", "signal"));
      desk.pipeline().end();
      List<String> kinds = desk.kinds();
      assertEquals("log.stop", kinds.get(kinds.size() - 1));
      assertEquals(1_000, Collections.frequency(kinds, "usb.attach"));
      assertEquals(kinds.size(), desk.log().log().sealedSize());
    }
  }

  // -- asked by other threads ------------------------------------------------------------------

  @Test
  void whoeverAsksIsAnsweredAfterTheCommit() throws Exception {
    try (Scene desk = desk()) {
      CompletableFuture<Long> place =
          desk.pipeline().record(new AgentStopped(Scene.noon(0), "0.1.0", "signal"));
      CompletableFuture<Long> sealed = desk.pipeline().seal();
      List<Long> readable = Collections.synchronizedList(new ArrayList<>());
      CompletableFuture<Void> told =
          place.thenRun(() -> readable.add((long) kinds(desk.log().folder()).size()));
      assertFalse(place.isDone());
      assertFalse(sealed.isDone());
      desk.write();
      assertEquals(0, place.get());
      assertEquals(1, sealed.get());
      told.get();
      assertEquals(List.of(1L), readable);
      CompletableFuture<Long> accepted =
          desk.pipeline()
              .accept(
                  EvidenceLog.Witness.HEAD,
                  1,
                  TestLog.HEAD.cosign(desk.log().note(1).text(), Scene.noon(1)));
      desk.write();
      assertEquals(1, accepted.get());
      assertEquals(1, desk.log().read(LogReader::pinnedSize));
    }
  }

  @Test
  void aRequestThatFailsIsAnsweredWithItsOwnExceptionAndTheNextIsDone() throws Exception {
    try (Scene desk = desk()) {
      CompletableFuture<Long> bad =
          desk.pipeline()
              .accept(EvidenceLog.Witness.HEAD, 7, TestLog.HEAD.cosign("x\n", Scene.noon(0)));
      CompletableFuture<Long> good =
          desk.pipeline().record(new AgentStopped(Scene.noon(0), "0.1.0", "signal"));
      desk.write();
      ExecutionException failure = assertThrows(ExecutionException.class, bad::get);
      assertInstanceOf(IOException.class, failure.getCause());
      assertEquals(0, good.get());
    }
  }

  @Test
  void aKeyChangesWhenItsTimeIsOver() throws Exception {
    try (Scene desk = desk()) {
      desk.step();
      CompletableFuture<Long> pinned =
          desk.pipeline()
              .accept(
                  EvidenceLog.Witness.HEAD,
                  1,
                  TestLog.HEAD.cosign(desk.log().note(1).text(), Scene.noon(1)));
      desk.write();
      assertEquals(1, pinned.get());
      desk.clock().pass(Duration.ofHours(24));
      desk.write();
      assertEquals(List.of("sensor.live", "log.key"), desk.kinds());
      desk.assertSound();
    }
  }

  @Test
  void atTheEndEverythingIsWrittenAndSealed() throws Exception {
    try (Scene desk = desk()) {
      for (int i = 0; i < 700; i++) {
        desk.inbox().offer(Seen.attached(Scene.noon(i), "S" + i));
      }
      CompletableFuture<Long> place =
          desk.pipeline().record(new AgentStopped(Scene.noon(0), "0.1.0", "signal"));
      desk.pipeline().end();
      assertTrue(place.isDone());
      assertEquals(701, desk.log().log().sealedSize());
      desk.assertSound();
    }
  }

  @Test
  void atAnEndThatFailsNobodyWaitsForAnAnswer() throws Exception {
    try (SmallDisk disk = SmallDisk.on(temp.resolve("disk"), 1024);
        Scene desk = new Scene(disk.root().resolve("data"), ROOMY, List.of())) {
      disk.fill();
      for (int i = 0; i < 5_000; i++) {
        desk.inbox().offer(Seen.attached(Scene.noon(i), "S" + i));
      }
      CompletableFuture<Long> place =
          desk.pipeline().record(new AgentStopped(Scene.noon(0), "0.1.0", "signal"));
      assertThrows(IOException.class, () -> desk.pipeline().end());
      assertTrue(place.isCompletedExceptionally() || place.get() >= 0);
      assertTrue(place.isDone());
    }
  }

  // -- clocks ----------------------------------------------------------------------------------

  @Test
  void aClockThatIsSetIsNotedAndOrderStays() throws Exception {
    try (Scene desk = desk()) {
      desk.step();
      Instant[] settings = {
        Scene.noon(0).minus(Duration.ofDays(3653)),
        Scene.noon(0).plus(Duration.ofDays(3653)),
        Instant.EPOCH,
        Instant.EPOCH.minus(Duration.ofDays(1)),
        Scene.noon(0)
      };
      for (Instant wall : settings) {
        desk.clock().set(wall);
        desk.sees(Seen.attached(wall, "A"));
      }
      List<String> expected = new ArrayList<>(List.of("sensor.live"));
      for (int i = 0; i < settings.length; i++) {
        expected.addAll(List.of("time.jump", "usb.attach"));
      }
      assertEquals(expected, desk.kinds());
      List<Long> jumps =
          desk.entries().stream()
              .filter(e -> e.type().equals("time.jump"))
              .map(e -> e.leaf().fields().number("ms", 0))
              .toList();
      assertEquals(-Duration.ofDays(3653).toMillis(), jumps.get(0));
      assertEquals(Duration.ofDays(2 * 3653).toMillis(), jumps.get(1));
      assertEquals(0, jumps.stream().mapToLong(Long::longValue).sum());
      desk.assertSound();
    }
  }
}
