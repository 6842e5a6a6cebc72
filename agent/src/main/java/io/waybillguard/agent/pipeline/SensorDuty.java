package io.waybillguard.agent.pipeline;

import io.waybillguard.agent.event.Observation;
import io.waybillguard.agent.event.SensorBack;
import io.waybillguard.agent.event.SensorBlind;
import io.waybillguard.agent.event.SensorLive;
import io.waybillguard.agent.run.Duty;
import io.waybillguard.agent.sense.Sensor;
import io.waybillguard.agent.sense.Sign;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets one sensor look, and writes down when it cannot: blind from its last good look, back when it
 * has looked everything over again. Stepped by one thread; its state may be read by any.
 */
public final class SensorDuty implements Duty {
  private static final Logger LOG = LoggerFactory.getLogger(SensorDuty.class);
  private static final long SHORTEST_PAUSE_MS = 1_000;
  private static final long LONGEST_PAUSE_MS = 300_000;

  /** What a sensor has put off, as to write down what it keeps over a start, waits no longer. */
  private static final Duration LONGEST_LOOK = Duration.ofSeconds(30);

  /** In one step: a stop is heeded after it. */
  private static final Duration WAITS_FOR_ROOM = Duration.ofMillis(250);

  /** For what has happened when the agent ends. */
  private static final Duration LAST_LOOKS = Duration.ofSeconds(3);

  /** How a sensor is doing. */
  public enum Sight {
    STARTING,
    LIVE,
    REDUCED,
    BLIND
  }

  /**
   * A sensor's state for people.
   *
   * @param name the sensor's name
   * @param sight how it sees
   * @param since from when
   * @param detail what it looks at, or why it cannot
   */
  public record State(String name, Sight sight, Instant since, String detail) {}

  private final Sensor sensor;
  private final Inbox inbox;
  private final InstantSource clock;
  private final CountDownLatch decided = new CountDownLatch(1);

  private boolean open;
  private Instant lastGoodLook;
  private @Nullable Instant blindFrom;
  private String sightDetail = "";
  private long pauseMillis = SHORTEST_PAUSE_MS;
  private volatile State state;

  private final AtomicLong told = new AtomicLong();

  /** Why the sensor is not believed any more; empty while it is. */
  private final AtomicReference<String> doubt = new AtomicReference<>("");

  public SensorDuty(Sensor sensor, Inbox inbox, InstantSource clock) {
    this.sensor = sensor;
    this.inbox = inbox;
    this.clock = clock;
    this.lastGoodLook = clock.instant();
    this.state = new State(sensor.name(), Sight.STARTING, lastGoodLook, "");
  }

  @Override
  public String name() {
    return "sense-" + sensor.name();
  }

  /** How the sensor is doing, as of its last step. */
  public State state() {
    return state;
  }

  /** Opens when the sensor is live or has said why not. */
  public CountDownLatch decided() {
    return decided;
  }

  @Override
  public int step() throws Exception {
    try {
      return open ? look(LONGEST_LOOK) : openEyes();
    } catch (LinkageError e) {
      // One sensor's native library must not cost the others.
      throw new IOException(
          "a native library is missing or made for another machine: " + e.getMessage(), e);
    }
  }

  /**
   * Has the sensor open its eyes anew at its next look, which goes into the log as a blind time.
   * Safe from any thread.
   *
   * @param why it is not believed to see
   */
  public void doubt(String why) {
    doubt.set(why);
    sensor.wake();
  }

  /**
   * Has the sensor look for a sign. Safe from any thread.
   *
   * @return whether it is sure to see it
   */
  public boolean expect(Sign sign) {
    return sensor.expect(sign);
  }

  /** How much the sensor has told since the start. Safe from any thread. */
  public long told() {
    return told.get();
  }

  private int look(Duration patience) throws IOException, InterruptedException {
    String why = doubt.getAndSet("");
    if (!why.isEmpty()) {
      throw new IOException(why);
    }
    if (isToLookLater()) {
      return 0;
    }
    List<Observation> seen = sensor.sense(patience);
    lastGoodLook = clock.instant();
    pauseMillis = SHORTEST_PAUSE_MS;
    seen.forEach(inbox::offer);
    long unused = told.addAndGet(seen.size());
    State before = state;
    String standing = sensor.standing();
    String detail = standing.isEmpty() ? sightDetail : sightDetail + "; " + standing;
    if (!detail.equals(before.detail())) {
      state = new State(before.name(), before.sight(), before.since(), detail);
    }
    return seen.size();
  }

  /** While the log is behind, what the system keeps is left to it. */
  private boolean isToLookLater() throws IOException, InterruptedException {
    return !inbox.awaitRoom(Duration.ZERO)
        && sensor.mayLookLater()
        && !inbox.awaitRoom(WAITS_FOR_ROOM);
  }

  private int openEyes() throws IOException {
    Sensor.Sight sight = sensor.open();
    open = true;
    Instant now = clock.instant();
    Instant from = blindFrom;
    inbox.offer(
        from == null
            ? new SensorLive(now, sensor.name(), sight.reduced(), sight.detail())
            : new SensorBack(now, sensor.name(), from, now, sight.detail()));
    LOG.info(
        "sensor={} {} {}", sensor.name(), sight.reduced() ? "reduced" : "live", sight.detail());
    blindFrom = null;
    lastGoodLook = now;
    sightDetail = sight.detail();
    state =
        new State(sensor.name(), sight.reduced() ? Sight.REDUCED : Sight.LIVE, now, sight.detail());
    sight.found().forEach(inbox::offer);
    decided.countDown();
    return sight.found().size();
  }

  /**
   * Blind: written once, however often it fails again. The next step opens the eyes anew, after a
   * pause that grows until the sensor has looked again: one that opens and fails at once does not
   * fill the log.
   */
  @Override
  public long failed(Exception cause) {
    Instant now = clock.instant();
    if (blindFrom == null) {
      blindFrom = lastGoodLook;
      String why =
          cause instanceof IOException ? String.valueOf(cause.getMessage()) : cause.toString();
      inbox.offer(new SensorBlind(now, sensor.name(), lastGoodLook, why));
      state = new State(sensor.name(), Sight.BLIND, lastGoodLook, why);
      LOG.warn("sensor={} blind since={}", sensor.name(), lastGoodLook, cause);
    }
    open = false;
    decided.countDown();
    try {
      sensor.close();
    } catch (RuntimeException e) {
      LOG.warn("sensor={} does not let go", sensor.name(), e);
    }
    long pause = pauseMillis;
    pauseMillis = Math.min(LONGEST_PAUSE_MS, pauseMillis * 2);
    return pause;
  }

  @Override
  public void wake() {
    sensor.wake();
  }

  /** What has happened until now is told, as far as there is time for it. */
  private void lookToTheEnd() {
    Instant end = clock.instant().plus(LAST_LOOKS);
    String why = "the agent ended before all that had happened was looked at";
    try {
      do {
        int unused = look(Duration.ZERO);
        if (!sensor.isBehind()) {
          return;
        }
      } while (clock.instant().isBefore(end));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException | RuntimeException e) {
      why = e instanceof IOException ? String.valueOf(e.getMessage()) : e.toString();
    }
    LOG.warn("sensor={} was not done when the agent ended: {}", sensor.name(), why);
    inbox.offer(new SensorBlind(clock.instant(), sensor.name(), lastGoodLook, why));
  }

  @Override
  public void end() {
    try {
      if (open) {
        lookToTheEnd();
      }
      sensor.last().forEach(inbox::offer);
    } finally {
      sensor.close();
    }
  }
}
