package io.waybillguard.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.waybillguard.agent.detect.Circumstances;
import io.waybillguard.agent.detect.Detector;
import io.waybillguard.agent.detect.Judge;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.JsonException;
import io.waybillguard.agent.event.Observation;
import io.waybillguard.agent.evidence.Entry;
import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.LogReader;
import io.waybillguard.agent.evidence.TestLog;
import io.waybillguard.agent.pipeline.Inbox;
import io.waybillguard.agent.pipeline.Pipeline;
import io.waybillguard.agent.pipeline.SensorDuty;
import io.waybillguard.agent.sense.HandSensor;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * A desk: one sensor that sees what the test shows it, the pipeline, rules and a real log. Nothing
 * runs by itself; a step lets the sensor look and the pipeline write.
 */
public final class Scene implements AutoCloseable {
  private final TestLog log;
  private final HandSensor sensor = new HandSensor("usb");
  private final Inbox inbox;
  private final SensorDuty duty;
  private final Pipeline pipeline;
  private int urgent;

  /** A desk with room for {@code room} observations in its inbox. */
  public Scene(Path folder, int room, List<Detector> rules) throws IOException {
    this(TestLog.in(folder), room, rules);
  }

  /** A desk with this log. */
  public Scene(TestLog log, int room, List<Detector> rules) {
    this(log, room, new Judge(() -> rules, new Circumstances(Circumstances.Terms.NONE)));
  }

  /** A desk whose findings and incidents are this one's. */
  public static Scene judgedBy(Path folder, Judge judge) throws IOException {
    return new Scene(TestLog.in(folder), 1_000, judge);
  }

  private Scene(TestLog log, int room, Judge judge) {
    this.log = log;
    inbox = new Inbox(room);
    duty = new SensorDuty(sensor, inbox, clock());
    pipeline =
        new Pipeline(
            inbox,
            log.log(),
            judge,
            new Pipeline.BatchLimits(256, Duration.ZERO),
            clock(),
            clock()::micros,
            types -> urgent++);
  }

  public HandClock clock() {
    return log.clock();
  }

  public TestLog log() {
    return log;
  }

  public HandSensor sensor() {
    return sensor;
  }

  public SensorDuty duty() {
    return duty;
  }

  public Inbox inbox() {
    return inbox;
  }

  public Pipeline pipeline() {
    return pipeline;
  }

  /** How often others were told that something urgent is durable. */
  public int urgent() {
    return urgent;
  }

  /** The sensor looks once, as its runner would have it look. Gives the pause after a failure. */
  public long look() {
    try {
      sensor.wake();
      duty.step();
      return 0;
    } catch (Exception e) {
      return duty.failed(e);
    }
  }

  /** The pipeline takes what is there, without waiting for more. */
  public void write() throws Exception {
    pipeline.wake();
    pipeline.step();
  }

  /** One look, and all of it written. */
  public void step() throws Exception {
    look();
    do {
      write();
    } while (inbox.size() > 0);
  }

  /** Shows something to a sensor that is open, and lets all be written. */
  public void sees(Observation... seen) throws Exception {
    sensor.show(seen);
    step();
  }

  /** The types of all records, in order. */
  public List<String> kinds() throws IOException {
    return entries().stream().map(Entry::type).toList();
  }

  /** All records, in order. */
  public List<Entry> entries() throws IOException {
    return entries(0);
  }

  /** The records from this place on. */
  public List<Entry> entries(long from) throws IOException {
    List<Entry> all = new ArrayList<>();
    try (LogReader reader = LogReader.open(log.folder())) {
      for (long seq = from; seq < reader.size(); seq++) {
        all.add(reader.entry(seq).orElseThrow());
      }
    } catch (EvidenceException e) {
      throw new AssertionError(e);
    }
    return all;
  }

  /** What the last record of this type says, as its OCSF event. */
  public Json.Obj last(String type) throws IOException {
    Entry found =
        entries().stream()
            .filter(e -> e.type().equals(type))
            .reduce((a, b) -> b)
            .orElseThrow(() -> new AssertionError("no " + type + " in the log"));
    try {
      return Json.parse(found.bodies().get(0).data());
    } catch (JsonException e) {
      throw new AssertionError(e);
    }
  }

  /** Noon of the day on which everything happens, and some seconds. */
  public static Instant noon(long plusSeconds) {
    return TestLog.NOON.plusSeconds(plusSeconds);
  }

  /** Fails unless what is durable holds from end to end. */
  public void assertSoundSoFar() throws IOException {
    log.assertSound();
  }

  /** Fails unless the log holds from end to end, and everything in it is durable. */
  public void assertSound() throws IOException {
    assertEquals(0, log.log().pendingSize());
    log.assertSound();
  }

  @Override
  public void close() {
    log.close();
  }
}
