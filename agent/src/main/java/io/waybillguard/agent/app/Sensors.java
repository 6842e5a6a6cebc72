package io.waybillguard.agent.app;

import io.waybillguard.agent.config.Config;
import io.waybillguard.agent.config.PersistencePoints;
import io.waybillguard.agent.config.ProgramOrigins;
import io.waybillguard.agent.config.ProgramPlaces;
import io.waybillguard.agent.config.RemoteToolsFile;
import io.waybillguard.agent.config.UploadDestinations;
import io.waybillguard.agent.event.Origin;
import io.waybillguard.agent.evidence.EvidenceLog;
import io.waybillguard.agent.platform.Registry;
import io.waybillguard.agent.platform.RemoteTool;
import io.waybillguard.agent.platform.SystemEvents;
import io.waybillguard.agent.platform.linux.DpkgPackages;
import io.waybillguard.agent.platform.linux.LinuxFiles;
import io.waybillguard.agent.platform.linux.LinuxFolders;
import io.waybillguard.agent.platform.linux.LinuxPresences;
import io.waybillguard.agent.platform.linux.LinuxProcesses;
import io.waybillguard.agent.platform.linux.LinuxRemoteAccess;
import io.waybillguard.agent.platform.linux.LinuxSockets;
import io.waybillguard.agent.platform.linux.LinuxUsb;
import io.waybillguard.agent.platform.linux.LinuxVolumes;
import io.waybillguard.agent.platform.linux.LoginLogs;
import io.waybillguard.agent.sense.AllowedPrograms;
import io.waybillguard.agent.sense.Destinations;
import io.waybillguard.agent.sense.Sensor;
import io.waybillguard.agent.sense.Unavailable;
import io.waybillguard.agent.sense.image.ImageSensor;
import io.waybillguard.agent.sense.image.ImageSettings;
import io.waybillguard.agent.sense.persistence.PersistenceSensor;
import io.waybillguard.agent.sense.persistence.PersistenceSettings;
import io.waybillguard.agent.sense.persistence.Point;
import io.waybillguard.agent.sense.presence.PresenceSensor;
import io.waybillguard.agent.sense.program.Families;
import io.waybillguard.agent.sense.program.ProgramSensor;
import io.waybillguard.agent.sense.program.ProgramSettings;
import io.waybillguard.agent.sense.program.UnusualPlaces;
import io.waybillguard.agent.sense.session.SessionSensor;
import io.waybillguard.agent.sense.upload.HostNames;
import io.waybillguard.agent.sense.upload.UploadSensor;
import io.waybillguard.agent.sense.upload.UploadSettings;
import io.waybillguard.agent.sense.usb.UsbSensor;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.UnaryOperator;

/** Which sensors run on this system, one line each. */
final class Sensors {
  private Sensors() {}

  /**
   * The sensors of this machine. One that cannot run here is there too, and says why it cannot.
   *
   * @param data the agent's data folder: no sensor may open the files there that hold its locks
   * @param events what the system tells this process, if it does
   * @throws IOException if the program's own facts cannot be read
   */
  static List<Sensor> of(
      String osName, Config.Sensors config, Path data, SystemEvents events, InstantSource clock)
      throws IOException {
    return switch (Os.named(osName)) {
      case LINUX -> onLinux(config, data, clock);
      case WINDOWS -> WindowsSensors.of(config, data, events, clock);
      case OTHER -> nowhere(osName);
    };
  }

  private static List<Path> lockedFiles(Path data) {
    List<Path> locked = new ArrayList<>(EvidenceLog.lockedFiles(data));
    locked.add(DataLock.file(data));
    return locked;
  }

  private static List<Sensor> onLinux(Config.Sensors config, Path data, InstantSource clock)
      throws IOException {
    List<Path> locked = lockedFiles(data);
    List<Sensor> sensors = new ArrayList<>();
    sensors.add(
        config.usb().enabled()
            ? new UsbSensor(new LinuxUsb(clock), new LinuxVolumes(), clock)
            : off("usb"));
    sensors.add(
        config.program().enabled()
            ? programs(config.program(), data, locked, clock)
            : off("program"));
    // The sensor of images learns from the files' events who runs what, also for that of uploads,
    // whose programs may have ended by the time they are asked for.
    LinuxProcesses processes = new LinuxProcesses();
    Destinations destinations = destinations();
    sensors.add(images(config.image(), processes, destinations, locked, clock));
    sensors.add(uploads(config, processes, destinations, clock));
    sensors.add(
        config.session().enabled() ? sessions(config.session(), data, clock) : off("session"));
    sensors.add(
        config.persistence().enabled()
            ? persistence(config.persistence(), data, clock)
            : off("persistence"));
    sensors.add(
        config.presence().enabled()
            ? new PresenceSensor(new LinuxPresences(clock), config.presence().idleAfter(), clock)
            : off("presence"));
    return sensors;
  }

  static Destinations destinations() throws IOException {
    return new Destinations(
        UploadDestinations.carried().stream()
            .map(
                d ->
                    new Destinations.Destination(
                        d.id(), d.programs(), d.hosts(), d.networks(), d.folders()))
            .toList());
  }

  /**
   * Its own view of files: events of one folder more must not delay those of programs, nor these
   * those, and who lost events looks over its own again. The kernel tells both alike.
   */
  private static Sensor images(
      Config.Image config,
      LinuxProcesses processes,
      Destinations destinations,
      List<Path> locked,
      InstantSource clock)
      throws IOException {
    if (!config.enabled()) {
      return off("image");
    }
    if (config.folders().isEmpty()) {
      return noScanFolder();
    }
    List<Path> folders = realFolders(config);
    return new ImageSensor(
        new LinuxFiles(processes, new LinuxVolumes(), locked, folders, clock),
        processes,
        clock,
        new ImageSettings(folders, allowed(config), destinations, config.summaryEvery()));
  }

  static Sensor noScanFolder() {
    return new Unavailable(
        "image",
        "no scan folder is set: name the folders of the scanned images in agent.yaml"
            + " (sensors.image.folders)");
  }

  /** Events name files by their real path. */
  static List<Path> realFolders(Config.Image config) throws IOException {
    List<Path> folders = new ArrayList<>();
    for (String folder : config.folders()) {
      Path path = Path.of(folder);
      folders.add(Files.isDirectory(path) ? path.toRealPath() : path);
    }
    return folders;
  }

  private static Sensor uploads(
      Config.Sensors config,
      LinuxProcesses processes,
      Destinations destinations,
      InstantSource clock) {
    return config.upload().enabled()
        ? new UploadSensor(
            new LinuxSockets(processes, clock),
            processes,
            new HostNames(Path.of("/etc/hosts")),
            ProcessHandle.current().pid(),
            clock,
            new UploadSettings(
                allowed(config.image()),
                destinations,
                config.upload().recordFrom(),
                config.upload().summaryEvery()))
        : off("upload");
  }

  static AllowedPrograms allowed(Config.Image config) {
    List<AllowedPrograms.Program> programs = new ArrayList<>();
    for (String program : config.programs()) {
      String[] parts = program.split(" sha256:", 2);
      programs.add(new AllowedPrograms.Program(parts[0], parts.length > 1 ? parts[1] : ""));
    }
    return new AllowedPrograms(programs);
  }

  private static Sensor programs(
      Config.Program config, Path data, List<Path> locked, InstantSource clock) throws IOException {
    LinuxProcesses processes = new LinuxProcesses();
    LinuxVolumes volumes = new LinuxVolumes();
    return new ProgramSensor(
        new LinuxFiles(processes, volumes, locked, clock),
        volumes,
        processes,
        new DpkgPackages(clock),
        clock,
        ProgramSettings.DEFAULT.hashingUpTo(config.hashUpTo()),
        unusualPlaces(),
        families(),
        data.resolve("programs.json"));
  }

  static UnusualPlaces unusualPlaces() throws IOException {
    Map<String, ProgramPlaces.Place> places = ProgramPlaces.carried();
    List<UnusualPlaces.Start> unusual = new ArrayList<>();
    Map<String, String> parts = new HashMap<>();
    List<String> system = new ArrayList<>();
    List<String> users = new ArrayList<>();
    Set<String> names = new HashSet<>();
    places.forEach(
        (id, place) -> {
          switch (id) {
            case "system" -> system.addAll(place.starts());
            case "users" -> users.addAll(place.starts());
            case "names" -> names.addAll(place.parts());
            default -> {
              place.starts().forEach(folder -> unusual.add(new UnusualPlaces.Start(folder, id)));
              place.parts().forEach(part -> parts.put(part, id));
            }
          }
        });
    return new UnusualPlaces(unusual, parts, system, users, names);
  }

  static Families families() throws IOException {
    return new Families(
        ProgramOrigins.carried().stream()
            .map(
                f ->
                    new Families.Family(
                        Origin.Way.valueOf(f.id().toUpperCase(Locale.ROOT)),
                        Set.copyOf(f.programs()),
                        Set.copyOf(f.under()),
                        f.folders()))
            .toList());
  }

  private static Sensor sessions(Config.Session config, Path data, InstantSource clock)
      throws IOException {
    List<RemoteTool> tools = tools(RemoteToolsFile.linux(), UnaryOperator.identity());
    Set<String> programs = programs(tools);
    return new SessionSensor(
        new LinuxRemoteAccess(programs),
        new LoginLogs(Path.of("/"), SessionSensor.files(tools), Sensors::homes, data),
        tools,
        ZoneId.systemDefault(),
        data.resolve("logins.json"),
        config.every(),
        clock);
  }

  /** The names of all processes that the signs of tools are about. */
  static Set<String> programs(List<RemoteTool> tools) {
    Set<String> programs = new HashSet<>();
    for (RemoteTool tool : tools) {
      programs.addAll(tool.programs());
      tool.signs().forEach(sign -> programs.addAll(List.of(sign.program(), sign.parent())));
    }
    programs.remove("");
    return programs;
  }

  /**
   * The ways into a PC from elsewhere that the program knows.
   *
   * @param files from a log's path as the list writes it to one of this system
   */
  static List<RemoteTool> tools(List<RemoteToolsFile.Tool> tools, UnaryOperator<String> files) {
    return tools.stream().map(tool -> tool(tool, files)).toList();
  }

  private static RemoteTool tool(RemoteToolsFile.Tool tool, UnaryOperator<String> files) {
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
                        sign.argument(),
                        sign.without(),
                        sign.parent()))
            .toList(),
        tool.logs().stream()
            .map(
                log ->
                    new RemoteTool.Log(
                        log.files().stream().map(files).toList(),
                        log.line(),
                        RemoteTool.Says.valueOf(log.says().toUpperCase(Locale.ROOT))))
            .toList());
  }

  private static Sensor persistence(Config.Persistence config, Path data, InstantSource clock)
      throws IOException {
    return new PersistenceSensor(
        points(),
        Path.of("/"),
        data,
        new LinuxFolders(),
        Registry.NONE,
        clock,
        new Random(),
        new PersistenceSettings(config.every(), config.cpuShare()));
  }

  /** Where to look for what starts by itself. */
  static List<Point> points() throws IOException {
    String system = Os.here() == Os.WINDOWS ? "windows" : "linux";
    return PersistencePoints.carried().stream()
        .filter(point -> point.system().equals(system))
        .map(
            point ->
                new Point(
                    point.id(),
                    point.places().stream()
                        .map(place -> new Point.Place(place.read(), place.paths(), place.keys()))
                        .toList()))
        .toList();
  }

  /** The folders of people, in which programs keep their own logs. */
  private static List<Path> homes() throws IOException {
    List<Path> homes = new ArrayList<>(List.of(Path.of("/root")));
    Path all = Path.of("/home");
    if (Files.isDirectory(all)) {
      try (DirectoryStream<Path> each = Files.newDirectoryStream(all)) {
        each.forEach(homes::add);
      }
    }
    return homes;
  }

  static Sensor off(String name) {
    return new Unavailable(name, "switched off in agent.yaml (sensors." + name + ".enabled)");
  }

  private static List<Sensor> nowhere(String osName) {
    return List.of(
        new Unavailable("usb", "this version cannot watch USB on " + osName),
        new Unavailable("program", "this version cannot watch programs on " + osName),
        new Unavailable("image", "this version cannot watch images on " + osName),
        new Unavailable("upload", "this version cannot watch uploads on " + osName),
        new Unavailable("session", "this version cannot watch remote logins on " + osName),
        new Unavailable(
            "persistence", "this version cannot watch what starts by itself on " + osName),
        new Unavailable("presence", "this version cannot tell who is at the desk on " + osName));
  }
}
