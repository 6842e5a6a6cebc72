package io.waybillguard.agent.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.config.Config;
import io.waybillguard.agent.detect.Circumstances;
import io.waybillguard.agent.detect.Judge;
import io.waybillguard.agent.event.FileRef;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.Origin;
import io.waybillguard.agent.event.ProcessRef;
import io.waybillguard.agent.event.ProgramAppeared;
import io.waybillguard.agent.evidence.Entry;
import io.waybillguard.agent.evidence.LogReader;
import io.waybillguard.agent.evidence.TestLog;
import io.waybillguard.agent.pipeline.Inbox;
import io.waybillguard.agent.pipeline.Pipeline;
import io.waybillguard.agent.pipeline.SensorDuty;
import io.waybillguard.agent.sense.HandSensor;
import io.waybillguard.agent.sense.Sign;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A sensor by hand, the real log, and a real planted program. */
final class SelfTestTest {
  private static final Duration FIRST = Duration.ofMinutes(10);
  private static final Duration DAY = Duration.ofDays(1);
  private static final Duration OFTEN = Duration.ofHours(2);

  @TempDir private Path temp;
  private TestLog log;
  private HandSensor sensor;
  private SensorDuty duty;
  private Inbox inbox;
  private Pipeline pipeline;
  private SelfTest test;
  private final List<Stimulus> given = new ArrayList<>();
  private final List<Sign> signs = new ArrayList<>();

  /** A sign of which nothing lies anywhere. */
  private record Shown(Sign sign) implements Trial {
    @Override
    public String what() {
      return "a word";
    }

    @Override
    public Optional<Seen> seen(Path data, Instant since) {
      return sign.seen().map(at -> new Seen(at, -1));
    }

    @Override
    public void close() {}
  }

  @BeforeEach
  void start() throws Exception {
    log = TestLog.in(temp);
    sensor = new HandSensor("program");
    inbox = new Inbox(100);
    duty = new SensorDuty(sensor, inbox, log.clock());
    pipeline =
        new Pipeline(
            inbox,
            log.log(),
            new Judge(List::of, new Circumstances(Circumstances.Terms.NONE)),
            new Pipeline.BatchLimits(256, Duration.ZERO),
            log.clock(),
            log.clock()::micros,
            types -> {});
    test =
        new SelfTest(
            List.of(duty),
            log.folder(),
            new SelfTest.Giver() {
              @Override
              public Optional<Stimulus> whole(SensorDuty of)
                  throws IOException, InterruptedException {
                Stimulus stimulus = Stimulus.give(of.state().name(), Config.DEFAULTS.sensors());
                given.add(stimulus);
                return Optional.of(stimulus);
              }

              @Override
              public Optional<Trial> sign(SensorDuty of) {
                signs.add(new Sign("word " + signs.size()));
                return of.expect(signs.get(signs.size() - 1))
                    ? Optional.of(new Shown(signs.get(signs.size() - 1)))
                    : Optional.empty();
              }
            },
            new SelfTest.Rhythm(FIRST, DAY, OFTEN),
            log.clock(),
            new Random(1),
            event -> {
              CompletableFuture<Long> unused = pipeline.record(event);
            });
    test.wake(); // time passes by hand, so none of its waits is waited for
    duty.step();
    write();
  }

  @AfterEach
  void close() throws Exception {
    test.end();
    log.close();
  }

  private void write() throws Exception {
    do {
      pipeline.wake();
      pipeline.step();
    } while (inbox.size() > 0);
  }

  private void look() throws Exception {
    try {
      sensor.wake();
      duty.step();
    } catch (IOException e) {
      long unused = duty.failed(e);
    }
    write();
  }

  private void passAndStep(Duration time) throws Exception {
    log.clock().pass(time);
    // Takes up all sensors, begins with the first, looks.
    for (int i = 0; i < 3; i++) {
      test.step();
    }
  }

  private void appears(String path) throws Exception {
    sensor.show(
        new ProgramAppeared(
            log.clock().instant(),
            new FileRef(path, "elf", 80, "ab12", "", "root", false, false),
            Origin.NOT_SEEN_ON_MEDIUM,
            ProcessRef.UNKNOWN));
    look();
  }

  private List<Entry> records(String type) throws Exception {
    try (LogReader reader = LogReader.open(log.folder())) {
      List<Entry> found = new ArrayList<>();
      for (long seq = 0; seq < reader.size(); seq++) {
        Entry entry = reader.entry(seq).orElseThrow();
        if (entry.type().equals(type)) {
          found.add(entry);
        }
      }
      return found;
    }
  }

  private static Json.Obj unmapped(Entry entry) throws Exception {
    return Json.parse(entry.bodies().get(0).data()).object("unmapped");
  }

  @Test
  void aSensorThatSeesIsProvedWithItsDelayAndTheRecordThatWasOurs() throws Exception {
    passAndStep(FIRST.minusSeconds(1));
    assertEquals(0, given.size(), "not before its time");
    passAndStep(Duration.ofMinutes(2));
    assertEquals(1, given.size());
    assertTrue(Files.exists(Path.of(given.get(0).what())));
    log.clock().pass(Duration.ofMillis(340));
    appears("/tmp/self-test.elf");
    appears(given.get(0).what());
    log.clock().pass(Duration.ofMillis(100));
    test.step();
    write();
    Json.Obj proved = unmapped(records("sensor.proved").get(0));
    assertEquals("program", proved.text("sensor"));
    assertEquals(340, proved.number("delay_ms", -1));
    assertEquals(
        records("program.new").get(1).seq(), proved.number("record", -1), "not what looks like it");
    assertFalse(Files.exists(Path.of(given.get(0).what())), "it is taken away");
    assertEquals(340, test.proof("program").orElseThrow().delayMillis());
    passAndStep(DAY.minusSeconds(1));
    assertEquals(1, given.size());
    passAndStep(Duration.ofHours(3));
    assertEquals(2, given.size(), "and again the next day");
  }

  @Test
  void aSensorThatDoesNotSeeIsWrittenDownAndOpensItsEyesAnew() throws Exception {
    passAndStep(Duration.ofMinutes(12));
    appears("/tmp/waybill-guard-doctor-guessed/self-test.elf");
    log.clock().pass(Duration.ofSeconds(29));
    test.step();
    write();
    assertEquals(List.of(), records("sensor.silent"), "it has its time");
    log.clock().pass(Duration.ofSeconds(1));
    test.step();
    write();
    assertEquals(1, records("sensor.silent").size());
    assertEquals(List.of(), records("sensor.proved"), "nothing else passes for the test");
    look();
    look();
    assertEquals(1, records("sensor.blind").size(), "so HQ sees it as blind");
    assertEquals(1, records("sensor.back").size());
    passAndStep(OFTEN.plusMinutes(13));
    assertEquals(2, given.size(), "its new eyes are tested with the next signs");
  }

  @Test
  void aSignThatIsSeenIsNoRecordAndTellsTheDelay() throws Exception {
    sensor.knowSigns();
    passAndStep(FIRST.plusMinutes(2));
    appears(given.get(0).what());
    test.step();
    write();
    assertEquals(1, records("sensor.proved").size());
    for (int day = 0; day < 3; day++) {
      passAndStep(OFTEN.plusMinutes(13));
      log.clock().pass(Duration.ofMillis(70));
      signs.get(day).see(log.clock().instant());
      test.step();
      write();
      assertEquals(70, test.proof("program").orElseThrow().delayMillis());
    }
    assertEquals(1, given.size(), "only signs were given");
    assertEquals(1, records("sensor.proved").size(), "and they leave no record");
    assertEquals(List.of(), records("sensor.silent"));
  }

  @Test
  void aSensorThatMissesItsSignIsToldOnceAndMustSeeTheWholeToBeBelieved() throws Exception {
    sensor.knowSigns();
    passAndStep(FIRST.plusMinutes(2));
    appears(given.get(0).what());
    test.step();
    passAndStep(OFTEN.plusMinutes(13));
    assertEquals(1, signs.size());
    log.clock().pass(Duration.ofSeconds(30));
    test.step();
    look();
    look();
    assertEquals(1, records("sensor.silent").size());
    assertEquals(1, records("sensor.blind").size());
    passAndStep(OFTEN.plusMinutes(13));
    assertEquals(2, given.size(), "now the whole of it");
    log.clock().pass(Duration.ofSeconds(30));
    test.step();
    look();
    assertEquals(1, records("sensor.silent").size(), "that it is still so is no news");
    look();
    passAndStep(OFTEN.plusMinutes(13));
    appears(given.get(2).what());
    test.step();
    write();
    assertEquals(2, records("sensor.proved").size(), "that it sees again is");
  }

  @Test
  void whoTellsOfAStormHasTimeToComeToTheTest() throws Exception {
    passAndStep(FIRST.plusMinutes(2));
    for (int i = 0; i < 100; i++) {
      appears("/tmp/storm" + i);
    }
    log.clock().pass(Duration.ofMinutes(2));
    test.step();
    write();
    assertEquals(List.of(), records("sensor.silent"));
    log.clock().pass(Duration.ofMinutes(8));
    test.step();
    write();
    assertEquals(1, records("sensor.silent").size(), "but not for ever");
  }

  @Test
  void aSensorThatKnowsNoSignsIsTestedOnceADay() throws Exception {
    passAndStep(Duration.ofHours(2).minusMinutes(1));
    appears(given.get(0).what());
    test.step();
    passAndStep(OFTEN.plusMinutes(13));
    assertEquals(1, signs.size());
    assertEquals(1, given.size());
    assertEquals(List.of(), records("sensor.silent"));
  }

  @Test
  void aTestThatCannotBeDoneIsTriedAgainInItsTime() throws Exception {
    long pause = test.failed(new IOException("no tee"));
    assertTrue(pause > 0);
    passAndStep(Duration.ofHours(27));
    assertEquals(1, given.size());
  }
}
