package io.waybillguard.agent.app;

import io.waybillguard.agent.event.Event;
import io.waybillguard.agent.event.SensorProved;
import io.waybillguard.agent.event.SensorSilent;
import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.LogReader;
import io.waybillguard.agent.pipeline.SensorDuty;
import io.waybillguard.agent.run.Duty;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has each sensor prove now and then that it still sees: does something that it must see, and waits
 * until the log has its record of it. One that says it looks and does not see is written down, and
 * made to open its eyes anew.
 *
 * <p>What is done is told from what others do exactly ({@link Stimulus}), and the record names the
 * one record that was the agent's own, so nobody can pass off his doing as a test.
 */
final class SelfTest implements Duty {
  private static final Logger LOG = LoggerFactory.getLogger(SelfTest.class);

  /** A burst of programs may keep it waiting, and its record waits for company after that. */
  private static final Duration SEEN_WITHIN = Duration.ofSeconds(30);

  /** After a sensor was silent: whether its new eyes see. */
  private static final Duration AGAIN_AFTER = Duration.ofMinutes(5);

  private static final long REST_MS = 200;

  /** The watchdog wants to see a step now and then. */
  private static final Duration IDLE = Duration.ofSeconds(5);

  private static final double VARIED_BY = 0.1;

  private final Map<String, SensorDuty> sensors = new TreeMap<>();
  private final Path data;
  private final Giver giver;
  private final Duration every;
  private final InstantSource clock;
  private final RandomGenerator chance;
  private final Consumer<Event> record;
  private final CountDownLatch stop = new CountDownLatch(1);

  private final ArrayDeque<String> waiting = new ArrayDeque<>();
  private Instant due;
  private boolean wasSilent;
  private @Nullable Running running;

  /** By the sensor's name. Written by this duty's thread, read by any. */
  private final Map<String, Proof> proofs = new ConcurrentHashMap<>();

  /**
   * What a sensor was last asked for.
   *
   * @param delayMillis from the act to its record; negative when there was none
   */
  record Proof(Instant at, long delayMillis) {}

  /** Does something to a sensor. */
  @FunctionalInterface
  interface Giver {
    /** Empty when nothing can be done to it that it must see. */
    Optional<Stimulus> give(String sensor) throws IOException, InterruptedException;
  }

  private record Running(String sensor, Stimulus shown, Instant since) {}

  /**
   * @param first how long after now the first test is
   * @param record takes what is to be written down; must not wait
   */
  SelfTest(
      Iterable<SensorDuty> sensors,
      Path data,
      Giver giver,
      Duration first,
      Duration every,
      InstantSource clock,
      RandomGenerator chance,
      Consumer<Event> record) {
    sensors.forEach(sensor -> this.sensors.put(sensor.state().name(), sensor));
    this.data = data;
    this.giver = giver;
    this.every = every;
    this.clock = clock;
    this.chance = chance;
    this.record = record;
    this.due = clock.instant().plus(varied(first));
  }

  /** Up to a tenth more: nobody can wait for the moment after a test. */
  private Duration varied(Duration time) {
    return time.plusMillis((long) (time.toMillis() * VARIED_BY * chance.nextDouble()));
  }

  /** What a sensor was last asked for; empty when it was not yet. Safe from any thread. */
  Optional<Proof> proof(String sensor) {
    return Optional.ofNullable(proofs.get(sensor));
  }

  @Override
  public String name() {
    return "self-test";
  }

  @Override
  public int step() throws Exception {
    Instant now = clock.instant();
    Running test = running;
    if (test != null) {
      return look(test, now) ? 1 : rest(REST_MS);
    }
    if (!waiting.isEmpty()) {
      begin(waiting.remove(), now);
      if (waiting.isEmpty() && running == null) {
        done(now);
      }
      return 1;
    }
    // A clock that was set back must not put the next test off for years.
    if (due.isAfter(now.plus(every).plus(every))) {
      due = now;
    }
    if (!now.isBefore(due)) {
      wasSilent = false;
      waiting.addAll(sensors.keySet());
      return 1;
    }
    // Nothing to look for: no need to wake the processor until it is time, or a clock was set.
    Duration left = Duration.between(now, due);
    return rest(left.compareTo(IDLE) < 0 ? left.toMillis() : IDLE.toMillis());
  }

  /** One that does not claim to see everything that it could is not taken at its word. */
  private void begin(String sensor, Instant now) throws IOException, InterruptedException {
    SensorDuty duty = sensors.get(sensor);
    if (duty != null && duty.state().sight() == SensorDuty.Sight.LIVE) {
      Optional<Stimulus> shown = giver.give(sensor);
      running = shown.isEmpty() ? null : new Running(sensor, shown.get(), now);
    }
  }

  private boolean look(Running test, Instant now) throws IOException {
    Optional<ShownRecord> seen;
    try (LogReader log = LogReader.open(data)) {
      // A millisecond earlier: times in the log are whole ones.
      seen =
          ShownRecord.first(
              log, test.shown().type(), test.since().minusMillis(1), test.shown()::isIt);
    } catch (EvidenceException e) {
      throw new IOException("the log cannot be read: " + e.getMessage(), e);
    }
    if (seen.isPresent()) {
      long at = seen.get().event().orElseThrow().number("time", 0);
      long delay = Math.max(0, at - test.since().toEpochMilli());
      proofs.put(test.sensor(), new Proof(now, delay));
      LOG.info("sensor={} sees its test after {} ms", test.sensor(), delay);
      record.accept(
          new SensorProved(
              now, test.sensor(), delay, test.shown().what(), seen.get().entry().seq()));
    } else if (Duration.between(test.since(), now).compareTo(SEEN_WITHIN) >= 0) {
      wasSilent = true;
      proofs.put(test.sensor(), new Proof(now, -1));
      LOG.warn("sensor={} did not see its test: {}", test.sensor(), test.shown().what());
      record.accept(new SensorSilent(now, test.sensor(), SEEN_WITHIN, test.shown().what()));
      SensorDuty duty = sensors.get(test.sensor());
      if (duty != null) {
        duty.doubt(
            "it says that it looks, and did not see what was done to test it: "
                + test.shown().what());
      }
    } else {
      return false;
    }
    end(test);
    if (waiting.isEmpty()) {
      done(now);
    }
    return true;
  }

  private void end(Running test) throws IOException {
    running = null;
    test.shown().close();
  }

  private void done(Instant now) {
    due = now.plus(wasSilent && every.compareTo(AGAIN_AFTER) > 0 ? AGAIN_AFTER : varied(every));
  }

  private int rest(long millis) throws InterruptedException {
    boolean unused = stop.await(millis, TimeUnit.MILLISECONDS);
    return 0;
  }

  /** What could not be done to one sensor is no reason not to test the others. */
  @Override
  public long failed(Exception cause) {
    LOG.warn("a sensor could not be tested: {}", cause.toString());
    Running test = running;
    if (test != null) {
      try {
        end(test);
      } catch (IOException e) {
        LOG.warn("what was done to test sensor={} is left behind", test.sensor(), e);
      }
    }
    if (waiting.isEmpty()) {
      done(clock.instant());
    }
    return 1000;
  }

  @Override
  public void wake() {
    stop.countDown();
  }

  @Override
  public void end() throws IOException {
    Running test = running;
    if (test != null) {
      end(test);
    }
  }
}
