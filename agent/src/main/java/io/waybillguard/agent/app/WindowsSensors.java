package io.waybillguard.agent.app;

import io.waybillguard.agent.config.Config;
import io.waybillguard.agent.config.RemoteToolsFile;
import io.waybillguard.agent.platform.Packages;
import io.waybillguard.agent.platform.RemoteTool;
import io.waybillguard.agent.platform.SystemEvents;
import io.waybillguard.agent.platform.TextLogs;
import io.waybillguard.agent.platform.shared.FileTails;
import io.waybillguard.agent.platform.shared.JoinedLogs;
import io.waybillguard.agent.platform.windows.EventLogs;
import io.waybillguard.agent.platform.windows.NtfsStreams;
import io.waybillguard.agent.platform.windows.TracedSockets;
import io.waybillguard.agent.platform.windows.WindowsFiles;
import io.waybillguard.agent.platform.windows.WindowsFolders;
import io.waybillguard.agent.platform.windows.WindowsLogPlaces;
import io.waybillguard.agent.platform.windows.WindowsPresences;
import io.waybillguard.agent.platform.windows.WindowsProcesses;
import io.waybillguard.agent.platform.windows.WindowsRegistry;
import io.waybillguard.agent.platform.windows.WindowsRemoteAccess;
import io.waybillguard.agent.platform.windows.WindowsTrust;
import io.waybillguard.agent.platform.windows.WindowsUsb;
import io.waybillguard.agent.platform.windows.WindowsUsbHistory;
import io.waybillguard.agent.platform.windows.WindowsVolumes;
import io.waybillguard.agent.sense.Destinations;
import io.waybillguard.agent.sense.Sensor;
import io.waybillguard.agent.sense.image.ImageSensor;
import io.waybillguard.agent.sense.image.ImageSettings;
import io.waybillguard.agent.sense.persistence.PersistenceSensor;
import io.waybillguard.agent.sense.persistence.PersistenceSettings;
import io.waybillguard.agent.sense.presence.PresenceSensor;
import io.waybillguard.agent.sense.program.ProgramSensor;
import io.waybillguard.agent.sense.program.ProgramSettings;
import io.waybillguard.agent.sense.session.SessionSensor;
import io.waybillguard.agent.sense.upload.HostNames;
import io.waybillguard.agent.sense.upload.UploadSensor;
import io.waybillguard.agent.sense.upload.UploadSettings;
import io.waybillguard.agent.sense.usb.UsbSensor;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Which sensors run on Windows, one line each. */
final class WindowsSensors {
  private WindowsSensors() {}

  /** As {@link Sensors#of}. */
  static List<Sensor> of(Config.Sensors config, Path data, SystemEvents events, InstantSource clock)
      throws IOException {
    List<Sensor> sensors = new ArrayList<>();
    sensors.add(
        config.usb().enabled()
            ? new UsbSensor(
                new WindowsUsb(events),
                new WindowsVolumes(),
                new WindowsUsbHistory(),
                data.resolve("usb-watched.txt"),
                clock)
            : Sensors.off("usb"));
    WindowsProcesses processes = new WindowsProcesses();
    sensors.add(
        config.program().enabled()
            ? programs(config.program(), processes, data, clock)
            : Sensors.off("program"));
    Destinations destinations = Sensors.destinations();
    sensors.add(images(config.image(), processes, destinations, clock));
    sensors.add(
        config.upload().enabled()
            ? uploads(config, processes, destinations, clock)
            : Sensors.off("upload"));
    sensors.add(
        config.session().enabled()
            ? sessions(config.session(), processes, data, events, clock)
            : Sensors.off("session"));
    sensors.add(
        config.persistence().enabled()
            ? persistence(config.persistence(), data, clock)
            : Sensors.off("persistence"));
    sensors.add(
        config.presence().enabled()
            ? new PresenceSensor(
                new WindowsPresences(events, clock), config.presence().idleAfter(), clock)
            : Sensors.off("presence"));
    return sensors;
  }

  private static Sensor sessions(
      Config.Session config,
      WindowsProcesses processes,
      Path data,
      SystemEvents events,
      InstantSource clock)
      throws IOException {
    WindowsLogPlaces places = new WindowsLogPlaces(drive(), System.getenv());
    List<RemoteTool> tools = Sensors.tools(RemoteToolsFile.windows(), places::expanded);
    return new SessionSensor(
        new WindowsRemoteAccess(events, Sensors.programs(tools), processes),
        logs(SessionSensor.files(tools), places, data, clock),
        tools,
        ZoneId.systemDefault(),
        data.resolve("logins.json"),
        config.every(),
        clock);
  }

  private static TextLogs logs(
      List<String> patterns, WindowsLogPlaces places, Path data, InstantSource clock) {
    List<String> files = new ArrayList<>(patterns);
    files.removeIf(pattern -> pattern.startsWith(EventLogs.SCHEME));
    List<String> channels = new ArrayList<>(patterns);
    channels.removeAll(files);
    FileTails tails = new FileTails(files, places::profiles, data.resolve("login-logs.tsv"));
    return EventLogs.areHere()
        ? new JoinedLogs(
            List.of(tails, new EventLogs(channels, data.resolve("login-events.tsv"), clock)))
        : tails;
  }

  private static Sensor programs(
      Config.Program config, WindowsProcesses processes, Path data, InstantSource clock)
      throws IOException {
    WindowsVolumes volumes = new WindowsVolumes();
    return new ProgramSensor(
            new WindowsFiles(processes, volumes, data, clock),
            volumes,
            processes,
            Packages.UNKNOWN,
            clock,
            ProgramSettings.DEFAULT.hashingUpTo(config.hashUpTo()),
            Sensors.unusualPlaces(),
            Sensors.families(),
            data.resolve("programs.json"))
        .asking(WindowsTrust.here())
        .lookingInto(new NtfsStreams());
  }

  private static Sensor images(
      Config.Image config,
      WindowsProcesses processes,
      Destinations destinations,
      InstantSource clock)
      throws IOException {
    if (!config.enabled()) {
      return Sensors.off("image");
    }
    if (config.folders().isEmpty()) {
      return Sensors.noScanFolder();
    }
    List<Path> folders = Sensors.realFolders(config);
    return new ImageSensor(
        new WindowsFiles(processes, folders, OpenFilesProgram::start, clock),
        processes,
        clock,
        new ImageSettings(folders, Sensors.allowed(config), destinations, config.summaryEvery()));
  }

  private static Sensor uploads(
      Config.Sensors config,
      WindowsProcesses processes,
      Destinations destinations,
      InstantSource clock) {
    return new UploadSensor(
        new TracedSockets(processes, clock),
        processes,
        new HostNames(drive().resolve("Windows/System32/drivers/etc/hosts")),
        ProcessHandle.current().pid(),
        clock,
        new UploadSettings(
            Sensors.allowed(config.image()),
            destinations,
            config.upload().recordFrom(),
            config.upload().summaryEvery()));
  }

  private static Sensor persistence(Config.Persistence config, Path data, InstantSource clock)
      throws IOException {
    return new PersistenceSensor(
        Sensors.points(),
        drive(),
        data,
        new WindowsFolders(),
        new WindowsRegistry(),
        clock,
        new Random(),
        new PersistenceSettings(config.every(), config.cpuShare()));
  }

  /** The system's. */
  static Path drive() {
    return Path.of(System.getenv("SystemDrive") + "\\");
  }
}
