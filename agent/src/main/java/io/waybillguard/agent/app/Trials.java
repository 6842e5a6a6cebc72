package io.waybillguard.agent.app;

import io.waybillguard.agent.config.Config;
import io.waybillguard.agent.pipeline.SensorDuty;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What each sensor of a running agent is tried with. */
final class Trials implements SelfTest.Giver {
  private static final Logger LOG = LoggerFactory.getLogger(Trials.class);

  private final Config.Sensors settings;

  /** By the sensor's name: asked for with each status, and slow to find out. */
  private final Map<String, Boolean> known = new ConcurrentHashMap<>();

  Trials(Config.Sensors settings) {
    this.settings = settings;
  }

  /** Whether there was anything, when it was asked first, that a sensor can be tried with here. */
  boolean areFor(String sensor) {
    return known.computeIfAbsent(sensor, this::find);
  }

  private boolean find(String sensor) {
    try {
      return isStimulusFor(sensor) || ShownSign.cannotBeGiven(sensor, settings).isEmpty();
    } catch (IOException e) {
      LOG.debug("sensor={} cannot be tested: {}", sensor, e.toString());
      return false;
    }
  }

  private boolean isStimulusFor(String sensor) {
    return SensorCheckup.isLinux() && Stimulus.cannotBeGiven(sensor, settings).isEmpty();
  }

  /** One that does not claim to see everything that it could is not taken at its word. */
  @Override
  public Optional<? extends Trial> whole(SensorDuty sensor)
      throws IOException, InterruptedException {
    String name = sensor.state().name();
    if (!isStimulusFor(name)) {
      return sign(sensor);
    }
    return sensor.state().sight() == SensorDuty.Sight.LIVE
        ? Optional.of(Stimulus.give(name, settings))
        : Optional.empty();
  }

  @Override
  public Optional<? extends Trial> sign(SensorDuty sensor) throws IOException {
    SensorDuty.State state = sensor.state();
    boolean isSure =
        state.sight() == SensorDuty.Sight.LIVE
            || (state.sight() == SensorDuty.Sight.REDUCED
                && ShownSign.isSeenWhenReduced(state.name()));
    return isSure ? ShownSign.give(state.name(), settings, sensor::expect) : Optional.empty();
  }
}
