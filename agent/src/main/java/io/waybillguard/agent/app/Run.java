package io.waybillguard.agent.app;

import io.waybillguard.agent.config.ConfigException;
import io.waybillguard.agent.config.ConfigFile;
import io.waybillguard.agent.pipeline.SensorDuty;
import io.waybillguard.agent.platform.ServiceLife;
import io.waybillguard.agent.platform.SystemEvents;
import io.waybillguard.agent.run.Beside;
import io.waybillguard.agent.run.Termination;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;

/**
 * {@code run}: the agent until it is asked to end, in the foreground or, when a manager of services
 * started it, as its service.
 */
@Command(name = "run")
final class Run implements Action {
  private final Call call;

  Run(Call call) {
    this.call = call;
  }

  @Override
  public boolean makesData() {
    return true;
  }

  @Override
  public Exit run() throws Exception {
    SystemEvents events = new SystemEvents();
    Termination termination = new Termination();
    Optional<ServiceLife> life = Os.here().serviceLife(events);
    if (life.isPresent()) {
      OptionalInt lived = life.get().live(ServiceDesk.NAME, new AsService(events, termination));
      if (lived.isPresent()) {
        return Exit.DONE;
      }
    }
    ConfigFile settings = settings();
    try (DataLock lock = lock()) {
      ServiceLine service = ServiceLine.ofProcess(call.environment());
      Agent agent = started(settings, service, events, termination);
      String ready = ready(agent.awaitSensors());
      call.terminal().line(ready);
      call.terminal().flush();
      service.ready(ready);
      termination.await();
      // The orderly end runs beside this thread and ends the process; it must not be overtaken.
      Thread.currentThread().join();
    }
    return Exit.DONE;
  }

  /** The same, told when to begin and to end by a manager of services. */
  private final class AsService implements ServiceLife.Work {
    private final SystemEvents events;
    private final Termination termination;

    AsService(SystemEvents events, Termination termination) {
      this.events = events;
      this.termination = termination;
    }

    @Override
    public int run(Runnable running) throws Exception {
      try {
        ConfigFile settings = settings();
        try (DataLock lock = lock()) {
          ServiceLine service = ServiceLine.ofProcess(call.environment());
          Agent agent = started(settings, service, events, termination);
          running.run();
          LoggerFactory.getLogger(Run.class).info("service {}", ready(agent.awaitSensors()));
          termination.await();
          termination.end(asked -> stop(agent, service, asked));
        }
      } catch (Refusal refusal) {
        // Nobody sees a service's standard error.
        LoggerFactory.getLogger(Run.class).error("not started: {}", refusal.in(call.words()));
        throw refusal;
      }
      return Exit.DONE.code();
    }

    @Override
    public void askToEnd(String why) {
      termination.ask(why);
    }
  }

  private DataLock lock() throws IOException, Refusal {
    Home home = call.home();
    return DataLock.take(home.data())
        .orElseThrow(() -> new Refusal(Exit.FAILED, "run.already", home.shown(home.data())));
  }

  private Agent started(
      ConfigFile settings, ServiceLine service, SystemEvents events, Termination termination)
      throws IOException {
    Home home = call.home();
    if (!Files.exists(home.configFile())) {
      call.terminal().remark("config.none", home.shown(home.configFile()));
    }
    // Eleven megabytes, which the first record is about: all else is made ready meanwhile.
    Beside<String> program = Beside.begun("program-hash", Machines::programSha256);
    Agent agent = new Agent(home, settings, Machines.thisOne(), program, events, service);
    termination.onRequest(asked -> stop(agent, service, asked));
    agent.start();
    if (Os.here() == Os.WINDOWS) {
      // Elsewhere the manager of services has a unit of its own for it.
      agent.beside(new LateEnrolment(call, Os.here().registry()));
    }
    return agent;
  }

  /** A signal does not say why it comes; whoever sends it may have left a word. */
  private void stop(Agent agent, ServiceLine service, String asked) {
    service.stopping();
    agent.stop(asked.equals(StopReason.SIGNAL) ? StopReason.left(call.environment()) : asked);
  }

  private ConfigFile settings() throws IOException, ConfigException {
    Home home = call.home();
    return Files.exists(home.configFile())
        ? ConfigFile.read(home.configFile(), home.shown(home.configFile()))
        : ConfigFile.defaults();
  }

  /** The line that scripts wait for: {@code ready sensors=N live=N blind=NAME,…}. */
  static String ready(List<SensorDuty.State> sensors) {
    String blind =
        sensors.stream()
            .filter(
                s -> s.sight() == SensorDuty.Sight.BLIND || s.sight() == SensorDuty.Sight.STARTING)
            .map(SensorDuty.State::name)
            .collect(Collectors.joining(","));
    long live =
        sensors.stream()
            .filter(
                s -> s.sight() == SensorDuty.Sight.LIVE || s.sight() == SensorDuty.Sight.REDUCED)
            .count();
    return "ready sensors=" + sensors.size() + " live=" + live + " blind=" + blind;
  }
}
