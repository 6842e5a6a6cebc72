package io.waybillguard.agent.app;

import io.waybillguard.agent.config.ConfigException;
import io.waybillguard.agent.config.ConfigFile;
import io.waybillguard.agent.event.AgentInstalled;
import io.waybillguard.agent.evidence.SecretFile;
import io.waybillguard.agent.platform.Registry;
import io.waybillguard.agent.platform.ServiceManager.State;
import io.waybillguard.agent.report.wire.Release;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code setup apply}: makes the version whose files an installer has just laid the one that runs,
 * and goes back to the one before when it does not start. The Windows installers, of either kind,
 * do nothing else but lay files and call this.
 */
@Command(name = "apply")
final class SetupApply implements Action {
  private static final String ARCHIVE_SECONDS = "60";
  private static final long GO_BACK_SECONDS = 180;

  /** Finds the jar that runs. */
  @FunctionalInterface
  interface Jar {
    Optional<Path> find() throws IOException;
  }

  private final Call call;
  private final ServiceDesk service;
  private final Jar jar;
  private final Registry registry;

  @Option(names = "--scan", paramLabel = "FOLDERS")
  private String scan = "";

  @Option(names = "--no-archive")
  private boolean noArchive;

  SetupApply(Call call, ServiceDesk service, Jar jar, Registry registry) {
    this.call = call;
    this.service = service;
    this.jar = jar;
    this.registry = registry;
  }

  @Override
  public boolean makesData() {
    return true;
  }

  @Override
  public Exit run() throws IOException, ConfigException, Refusal, InterruptedException {
    SetupLog.begin(call, "setup apply");
    ProgramFolder here =
        ProgramFolder.of(
            jar.find().orElseThrow(() -> new Refusal(Exit.UNAVAILABLE, "service.no_jar")));
    String version = here.version().orElseGet(Version::current);
    Optional<ProgramFolder> before = ProgramFolder.ofCommand(service.standing().command());
    String from = before.isEmpty() ? "" : before.get().version().orElse("");
    if (Release.isNewer(from, version)) {
      throw new Refusal(Exit.USAGE, "setup.older", from, version);
    }
    long archiveSeconds = archiveSeconds();
    settings();
    service.end();
    boolean another = !from.isEmpty() && !from.equals(version);
    record(another ? AgentInstalled.Act.UPGRADED : AgentInstalled.Act.INSTALLED, from);
    if (archiveSeconds > 0) {
      archive(here, archiveSeconds);
    }
    new ServiceInstall(call, service).install(here.jar());
    try {
      new ServiceStart(call, service).run();
    } catch (IOException | Refusal e) {
      if (another && !before.get().jar().equals(here.jar())) {
        goBack(before.get(), from, version);
      }
      if (from.isEmpty()) {
        takeAway(version, e);
      }
      throw e;
    }
    return Exit.DONE;
  }

  /**
   * Writes the scan folders, unless somebody has settings already, and checks the settings: those
   * that this version does not understand would keep it from starting.
   */
  private void settings() throws IOException, ConfigException {
    Path file = call.home().configFile();
    if (Files.exists(file)) {
      ConfigFile.read(file, call.home().shown(file));
      return;
    }
    String told = scan.isBlank() ? call.environment().getOrDefault("WG_SCAN", "") : scan;
    told = told.isBlank() ? RolloutPolicy.read(registry).scan() : told;
    List<String> folders =
        Stream.of(told.split(";")).map(String::strip).filter(f -> !f.isEmpty()).toList();
    if (folders.isEmpty()) {
      return;
    }
    Files.createDirectories(call.home().config());
    Path draft = file.resolveSibling("agent.yaml.new");
    Files.writeString(draft, yaml(folders), StandardCharsets.UTF_8);
    try {
      ConfigFile.read(draft, call.home().shown(file));
      Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(draft);
    }
  }

  /** In quotation marks, so that nothing in a folder's name can become another setting. */
  static String yaml(List<String> folders) {
    return folders.stream()
        .map(folder -> '"' + folder.replace("\\", "\\\\").replace("\"", "\\\"") + '"')
        .collect(Collectors.joining(", ", "sensors:\n  image:\n    folders: [", "]\n"));
  }

  /** A disk that takes no record is no reason to leave the desk without an agent. */
  private void record(AgentInstalled.Act act, String from) throws ConfigException {
    try {
      new InstallRecord(call).write(act, from);
    } catch (IOException e) {
      call.terminal().remark("setup.not_recorded", String.valueOf(e.getMessage()));
    } catch (Refusal e) {
      call.terminal().remark("setup.not_recorded", e.in(call.words()));
    }
  }

  /** As for the packages of Linux: how long the classes may take to be laid out, 0 not at all. */
  private long archiveSeconds() throws Refusal {
    String told = call.environment().getOrDefault("WG_ARCHIVE_SECONDS", ARCHIVE_SECONDS);
    if (!told.matches("[0-9]{1,4}")) {
      throw new Refusal(Exit.USAGE, "setup.bad_seconds", told);
    }
    return noArchive ? 0 : Long.parseLong(told);
  }

  private void archive(ProgramFolder here, long seconds) throws IOException, InterruptedException {
    Path scratch = call.home().data().resolve("archive-trial").toAbsolutePath();
    Folders.delete(scratch);
    SecretFile.folder(scratch);
    boolean made = false;
    try {
      made = here.makeArchive(scratch, seconds, TimeUnit.SECONDS);
    } catch (IOException e) {
      call.terminal().remark("setup.because", String.valueOf(e.getMessage()));
    }
    Folders.delete(scratch);
    if (!made) {
      call.terminal().remark("setup.no_archive");
    }
  }

  /** A first version that does not start leaves no service behind that would try for ever. */
  private void takeAway(String version, Exception why)
      throws IOException, Refusal, InterruptedException {
    service.end();
    new ServiceUninstall(call, service).run();
    String reason = why instanceof Refusal refusal ? refusal.in(call.words()) : why.getMessage();
    throw new Refusal(
        why, Exit.FAILED, "setup.taken_away", version, String.valueOf(reason), call.home().logs());
  }

  /** Every version knows these commands, and makes the service as it wants it. */
  private void goBack(ProgramFolder before, String from, String version)
      throws IOException, Refusal, InterruptedException {
    if (service.standing().state() != State.STOPPED) {
      service.end();
    }
    List<String> home = List.of("--home", String.valueOf(call.home().root()));
    boolean back = true;
    for (List<String> step :
        List.of(
            List.of("install-record", "rolled_back", "--from", version),
            List.of("service", "install"),
            List.of("service", "start"))) {
      back &=
          before.run(
                  GO_BACK_SECONDS,
                  TimeUnit.SECONDS,
                  Stream.concat(step.stream(), home.stream()).toList())
              == 0;
    }
    throw new Refusal(Exit.FAILED, back ? "setup.rolled_back" : "setup.both_failed", version, from);
  }
}
