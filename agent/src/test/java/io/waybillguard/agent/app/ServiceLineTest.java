package io.waybillguard.agent.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.platform.HeardLifeline;
import io.waybillguard.agent.run.Watchdog;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class ServiceLineTest {
  @Test
  void theWatchdogLooksFourTimesWithinTheManagersPatience() {
    HeardLifeline line = new HeardLifeline(Optional.of(Duration.ofMinutes(3)));
    Watchdog.Pulse pulse = new ServiceLine(line).pulse("pipeline").orElseThrow();
    assertEquals("pipeline", pulse.duty());
    assertEquals(Duration.ofSeconds(45), pulse.every());
    pulse.beat().run();
    assertEquals(List.of("alive"), line.heard());
  }

  @Test
  void aManagerThatDoesNotWatchIsToldNothingInBetween() {
    assertTrue(new ServiceLine(new HeardLifeline(Optional.empty())).pulse("pipeline").isEmpty());
  }

  @Test
  void aManagerThatIsGoneKeepsNobodyFromWorking() {
    HeardLifeline line = new HeardLifeline(Optional.empty());
    ServiceLine service = new ServiceLine(line);
    service.ready("ready sensors=1 live=1 blind=");
    line.cut();
    service.stopping();
    assertEquals(List.of("ready ready sensors=1 live=1 blind="), line.heard());
  }
}
