package io.waybillguard.agent.app;

import io.waybillguard.agent.config.ConfigException;
import io.waybillguard.agent.config.ConfigFile;
import io.waybillguard.agent.pipeline.SensorDuty;
import io.waybillguard.agent.run.Termination;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;

/** {@code run}: the agent in the foreground until it is asked to end. */
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
  public Exit run() throws IOException, ConfigException, Refusal, InterruptedException {
    Home home = call.home();
    ConfigFile settings = settings(home);
    try (DataLock lock =
        DataLock.take(home.data())
            .orElseThrow(() -> new Refusal(Exit.FAILED, "run.already", home.shown(home.data())))) {
      if (!Files.exists(home.configFile())) {
        call.terminal().remark("config.none", home.shown(home.configFile()));
      }
      ServiceLine service = ServiceLine.ofProcess(call.environment());
      Agent agent = new Agent(home, settings, Machines.thisOne(), service);
      Termination termination = new Termination();
      termination.onRequest(
          () -> {
            service.stopping();
            agent.stop(StopReason.left(call.environment()));
          });
      agent.start();
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

  private ConfigFile settings(Home home) throws IOException, ConfigException {
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
