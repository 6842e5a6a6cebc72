package io.waybillguard.agent.app;

import io.waybillguard.agent.event.Event;
import io.waybillguard.agent.event.SensorProved;
import io.waybillguard.agent.event.SensorSilent;
import io.waybillguard.agent.pipeline.SensorDuty;
import io.waybillguard.agent.run.Duty;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.HashMap;
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
 * Has each sensor prove that it still sees: does something that it must see, and waits for its word
 * of it. One that says it looks and does not see is written down, and made to open its eyes anew.
 *
 * <p>Once a day the whole way is tried, up to the record in the log where the sensor makes one, and
 * the proof is a record. Every few minutes it is a sign only ({@link ShownSign}), and a record only
 * when something is otherwise than before: a sensor fell silent, or sees again.
 *
 * <p>What is done is told from what others do exactly, and the record names the one record that was
 * the agent's own, so nobody can pass off his doing as a test.
 */
final class SelfTest implements Duty {
  private static final Logger LOG = LoggerFactory.getLogger(SelfTest.class);

  /** A burst of programs may keep it waiting, and its record waits for company after that. */
  private static final Duration SEEN_WITHIN = Duration.ofSeconds(30);

  /** How long one that tells so much meanwhile may take: what it is shown waits its turn. */
  private static final Duration SEEN_IN_A_STORM_WITHIN = Duration.ofMinutes(10);

  private static final long STORM = 100;

  /** Between two times that a sensor which stays silent opens its eyes: each costs two records. */
  private static final Duration DOUBTED_AGAIN_AFTER = Duration.ofHours(1);

  private static final long REST_MS = 200;

  private static final double VARIED_BY = 0.1;

  private final Map<String, SensorDuty> sensors = new TreeMap<>();
  private final Path data;
  private final Giver giver;
  private final Rhythm rhythm;
  private final InstantSource clock;
  private final RandomGenerator chance;
  private final Consumer<Event> record;
  private final CountDownLatch stop = new CountDownLatch(1);

  private final ArrayDeque<Turn> waiting = new ArrayDeque<>();
  private Instant wholeDue;
  private Instant signsDue;
  private @Nullable Running running;

  /** Sensors that did not see what they were shown last, and when they were doubted last. */
  private final Map<String, Instant> silent = new HashMap<>();

  /** By the sensor's name. Written by this duty's thread, read by any. */
  private final Map<String, Proof> proofs = new ConcurrentHashMap<>();

  /**
   * When to test.
   *
   * @param first how long after now the first whole test is
   * @param every between two whole tests
   * @param signs between two tests by signs; the first is this long after now
   */
  record Rhythm(Duration first, Duration every, Duration signs) {}

  /**
   * What a sensor was last asked for.
   *
   * @param delayMillis from the act to its record; negative when there was none
   */
  record Proof(Instant at, long delayMillis) {}

  /** Does something to a sensor. Empty when nothing can be done to it that it must see. */
  interface Giver {
    /** Something that shows in the log, where the sensor makes records of such. */
    Optional<? extends Trial> whole(SensorDuty sensor) throws IOException, InterruptedException;

    /** Something that makes no record. */
    Optional<? extends Trial> sign(SensorDuty sensor) throws IOException, InterruptedException;
  }

  private record Turn(SensorDuty sensor, boolean whole) {}

  private record Running(SensorDuty sensor, boolean whole, Trial shown, Instant since, long told) {
    String name() {
      return sensor.state().name();
    }
  }

  /**
   * @param record takes what is to be written down; must not wait
   */
  SelfTest(
      Iterable<SensorDuty> sensors,
      Path data,
      Giver giver,
      Rhythm rhythm,
      InstantSource clock,
      RandomGenerator chance,
      Consumer<Event> record) {
    sensors.forEach(sensor -> this.sensors.put(sensor.state().name(), sensor));
    this.data = data;
    this.giver = giver;
    this.rhythm = rhythm;
    this.clock = clock;
    this.chance = chance;
    this.record = record;
    Instant now = clock.instant();
    this.wholeDue = now.plus(varied(rhythm.first()));
    this.signsDue = now.plus(varied(rhythm.signs()));
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
      return 1;
    }
    // A clock that was set back must not put the next test off for years.
    if (wholeDue.isAfter(now.plus(rhythm.every().multipliedBy(2)))) {
      wholeDue = now;
    }
    if (signsDue.isAfter(now.plus(rhythm.signs().multipliedBy(2)))) {
      signsDue = now;
    }
    if (!now.isBefore(wholeDue)) {
      wholeDue = now.plus(varied(rhythm.every()));
      signsDue = now.plus(varied(rhythm.signs()));
      sensors.values().forEach(sensor -> waiting.add(new Turn(sensor, true)));
      return 1;
    }
    if (!now.isBefore(signsDue)) {
      signsDue = now.plus(varied(rhythm.signs()));
      // Who fell silent has to see the whole of it to be believed again.
      sensors.forEach((name, sensor) -> waiting.add(new Turn(sensor, silent.containsKey(name))));
      return 1;
    }
    // Nothing to look for: no need to wake the processor until it is time, or a clock was set.
    Instant due = wholeDue.isBefore(signsDue) ? wholeDue : signsDue;
    Duration left = Duration.between(now, due);
    return rest(left.compareTo(LONGEST_WAIT) < 0 ? left.toMillis() : LONGEST_WAIT.toMillis());
  }

  private void begin(Turn turn, Instant now) throws IOException, InterruptedException {
    long told = turn.sensor().told();
    Optional<? extends Trial> shown =
        turn.whole() ? giver.whole(turn.sensor()) : giver.sign(turn.sensor());
    running =
        shown.isEmpty() ? null : new Running(turn.sensor(), turn.whole(), shown.get(), now, told);
  }

  private boolean look(Running test, Instant now) throws IOException {
    Optional<Trial.Seen> seen = test.shown().seen(data, test.since());
    if (seen.isPresent()) {
      saw(test, seen.get(), now);
    } else if (Duration.between(test.since(), now).compareTo(patience(test)) >= 0) {
      missed(test, now);
    } else {
      return false;
    }
    end(test);
    return true;
  }

  private static Duration patience(Running test) {
    return test.sensor().told() - test.told() < STORM ? SEEN_WITHIN : SEEN_IN_A_STORM_WITHIN;
  }

  private void saw(Running test, Trial.Seen seen, Instant now) {
    long delay = Math.max(0, Duration.between(test.since(), seen.at()).toMillis());
    proofs.put(test.name(), new Proof(now, delay));
    LOG.debug("sensor={} sees its test after {} ms", test.name(), delay);
    boolean isBack = silent.remove(test.name()) != null;
    if (test.whole() || isBack) {
      record.accept(new SensorProved(now, test.name(), delay, test.shown().what(), seen.record()));
    }
  }

  private void missed(Running test, Instant now) {
    proofs.put(test.name(), new Proof(now, -1));
    LOG.warn("sensor={} did not see its test: {}", test.name(), test.shown().what());
    Instant doubted = silent.get(test.name());
    if (doubted == null) {
      record.accept(
          new SensorSilent(
              now, test.name(), Duration.between(test.since(), now), test.shown().what()));
    }
    if (doubted == null || !now.isBefore(doubted.plus(DOUBTED_AGAIN_AFTER))) {
      silent.put(test.name(), now);
      test.sensor()
          .doubt(
              "it says that it looks, and did not see what was done to test it: "
                  + test.shown().what());
    }
  }

  private void end(Running test) throws IOException {
    running = null;
    test.shown().close();
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
