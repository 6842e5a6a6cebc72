package io.waybillguard.agent.app;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.waybillguard.agent.config.Config;
import io.waybillguard.agent.pipeline.Inbox;
import io.waybillguard.agent.pipeline.SensorDuty;
import io.waybillguard.agent.sense.HandSensor;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Who is tried at all. */
final class TrialsTest {
  private final HandSensor sensor = new HandSensor("program");
  private final SensorDuty duty = new SensorDuty(sensor, new Inbox(10), () -> Instant.EPOCH);
  private final Trials trials = new Trials(Config.DEFAULTS.sensors());

  @Test
  void aSensorThatHasNotOpenedItsEyesOrIsBlindIsNotTested() throws Exception {
    sensor.knowSigns();
    assertEquals(Optional.empty(), trials.whole(duty));
    assertEquals(Optional.empty(), trials.sign(duty));
    sensor.blind(new IOException("gone"));
    long unused = duty.failed(new IOException("gone"));
    assertEquals(Optional.empty(), trials.whole(duty));
  }

  @Test
  void aSensorThatSeesLessThanItCouldIsNotTestedWithWhatItMayBeUnableToSee() throws Exception {
    sensor.knowSigns();
    sensor.reduce();
    duty.step();
    assertEquals(Optional.empty(), trials.whole(duty));
    assertEquals(Optional.empty(), trials.sign(duty));
  }
}
