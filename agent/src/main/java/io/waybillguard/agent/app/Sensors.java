package io.waybillguard.agent.app;

import io.waybillguard.agent.config.Config;
import io.waybillguard.agent.config.RemoteToolsFile;
import io.waybillguard.agent.evidence.EvidenceLog;
import io.waybillguard.agent.platform.RemoteTool;
import io.waybillguard.agent.platform.linux.LinuxFiles;
import io.waybillguard.agent.platform.linux.LinuxProcesses;
import io.waybillguard.agent.platform.linux.LinuxRemoteAccess;
import io.waybillguard.agent.platform.linux.LinuxUsb;
import io.waybillguard.agent.platform.linux.LinuxVolumes;
import io.waybillguard.agent.sense.Sensor;
import io.waybillguard.agent.sense.Unavailable;
import io.waybillguard.agent.sense.program.ProgramSensor;
import io.waybillguard.agent.sense.program.ProgramSettings;
import io.waybillguard.agent.sense.session.SessionSensor;
import io.waybillguard.agent.sense.usb.UsbSensor;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Which sensors run on this system, one line each. */
final class Sensors {
  private Sensors() {}

  /**
   * The sensors of this machine. One that cannot run here is there too, and says why it cannot.
   *
   * @param data the agent's data folder: no sensor may open the files there that hold its locks
   */
  static List<Sensor> of(String osName, Config.Sensors config, Path data, InstantSource clock) {
    return osName.toLowerCase(Locale.ROOT).startsWith("linux")
        ? onLinux(config, data, clock)
        : nowhere(osName);
  }

  private static List<Path> lockedFiles(Path data) {
    List<Path> locked = new ArrayList<>(EvidenceLog.lockedFiles(data));
    locked.add(DataLock.file(data));
    return locked;
  }

  private static List<Sensor> onLinux(Config.Sensors config, Path data, InstantSource clock) {
    List<Sensor> sensors = new ArrayList<>();
    sensors.add(
        config.usb().enabled()
            ? new UsbSensor(new LinuxUsb(clock), new LinuxVolumes(), clock)
            : off("usb"));
    sensors.add(
        config.program().enabled()
            ? programs(config.program(), lockedFiles(data), clock)
            : off("program"));
    sensors.add(
        config.session().enabled() ? sessions(config.session(), data, clock) : off("session"));
    return sensors;
  }

  private static Sensor programs(Config.Program config, List<Path> locked, InstantSource clock) {
    LinuxProcesses processes = new LinuxProcesses();
    LinuxVolumes volumes = new LinuxVolumes();
    return new ProgramSensor(
        new LinuxFiles(processes, volumes, locked, clock),
        volumes,
        processes,
        clock,
        ProgramSettings.DEFAULT.hashingUpTo(config.hashUpTo()));
  }

  private static Sensor sessions(Config.Session config, Path data, InstantSource clock) {
    List<RemoteTool> tools = RemoteToolsFile.carried().stream().map(Sensors::tool).toList();
    Set<String> programs = new HashSet<>();
    for (RemoteTool tool : tools) {
      programs.addAll(tool.programs());
      tool.signs().forEach(sign -> programs.add(sign.program()));
    }
    programs.remove("");
    return new SessionSensor(
        new LinuxRemoteAccess(programs), tools, data.resolve("logins.json"), config.every(), clock);
  }

  private static RemoteTool tool(RemoteToolsFile.Tool tool) {
    return new RemoteTool(
        tool.id(),
        tool.name(),
        tool.programs(),
        tool.shared(),
        tool.signs().stream()
            .map(
                sign ->
                    new RemoteTool.Sign(
                        RemoteTool.By.valueOf(sign.by().toUpperCase(Locale.ROOT)),
                        sign.program(),
                        sign.argument()))
            .toList());
  }

  private static Sensor off(String name) {
    return new Unavailable(name, "switched off in agent.yaml (sensors." + name + ".enabled)");
  }

  private static List<Sensor> nowhere(String osName) {
    return List.of(
        new Unavailable("usb", "this version cannot watch USB on " + osName),
        new Unavailable("program", "this version cannot watch programs on " + osName),
        new Unavailable("session", "this version cannot watch remote logins on " + osName));
  }
}
