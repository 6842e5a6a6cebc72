package io.waybillguard.agent.app;

import io.waybillguard.agent.platform.Lifeline;
import io.waybillguard.agent.platform.linux.NotifySocket;
import io.waybillguard.agent.run.Watchdog;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the manager of services hears of the agent. That it could not be told is logged and is no
 * reason to stop recording.
 */
final class ServiceLine {
  private static final Logger LOG = LoggerFactory.getLogger(ServiceLine.class);

  /** Looks in the time that the manager waits: one may come late, and one find no new step. */
  private static final int LOOKS = 4;

  private final Lifeline line;

  ServiceLine(Lifeline line) {
    this.line = line;
  }

  /**
   * The line of this process.
   *
   * @throws IOException if the manager's variables do not say what they should
   */
  static ServiceLine ofProcess(Map<String, String> environment) throws IOException {
    return new ServiceLine(
        SensorCheckup.isLinux()
            ? NotifySocket.of(environment, ProcessHandle.current().pid())
            : Lifeline.loose());
  }

  /** What the watchdog is to tell while a duty moves; empty when nobody watches. */
  Optional<Watchdog.Pulse> pulse(String duty) {
    return line.patience().map(p -> new Watchdog.Pulse(duty, every(p), this::alive));
  }

  private static Duration every(Duration patience) {
    return patience.dividedBy(LOOKS);
  }

  void ready(String status) {
    tell("ready", () -> line.ready(status));
  }

  private void alive() {
    tell("alive", line::alive);
  }

  void stopping() {
    tell("stopping", line::stopping);
  }

  private interface Telling {
    void tell() throws IOException;
  }

  private static void tell(String what, Telling telling) {
    try {
      telling.tell();
    } catch (IOException e) {
      LOG.warn("the manager of services was not told: {}", what, e);
    }
  }
}
