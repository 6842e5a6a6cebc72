package io.waybillguard.agent.app;

import io.waybillguard.agent.platform.Registry;
import io.waybillguard.agent.platform.ServiceManager;
import io.waybillguard.agent.platform.ServiceManager.Standing;
import io.waybillguard.agent.platform.ServiceManager.State;
import io.waybillguard.agent.update.Installing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * On Windows the installer is a service that is there only while an update is under way. It runs
 * the program of the version before from where that is installed, which nobody but the system and
 * its administrators may write; it starts with the machine, so that a power cut ends nothing.
 */
final class InstallingService implements Installing {
  /** What the manager of services knows the installer by. */
  static final String NAME = "WaybillGuardUpdate";

  private static final String TITLE = "Waybill Guard update 面单卫士更新";
  private static final String DESCRIPTION =
      "Brings Waybill Guard to the version that HQ ordered, and back if that is not healthy. It goes"
          + " away by itself. 按总部的命令更新面单卫士，不正常时退回；做完会自己消失。";
  private static final Duration ENDS_WITHIN = Duration.ofSeconds(20);

  /** Where the .msi leaves its word (installer/lib/msi.py). */
  private static final String BY_MSI = "HKEY_LOCAL_MACHINE\\SOFTWARE\\WaybillGuard\\Msi";

  private final Home home;
  private final ServiceManager manager;
  private final Registry registry;
  private final Optional<ProgramFolder> here;

  /** The last process that was seen at work; 0 before the first. */
  private long pid;

  /**
   * @param here the program that runs; absent where it is no jar
   */
  InstallingService(
      Home home, ServiceManager manager, Registry registry, Optional<ProgramFolder> here) {
    this.home = home;
    this.manager = manager;
    this.registry = registry;
    this.here = here;
  }

  /** The installer's own folder, in the one that the installation has kept to administrators. */
  static Path folder(Home home) {
    return root(home).resolve("installing");
  }

  private static Path root(Home home) {
    return Objects.requireNonNull(home.root(), "on Windows a home is one folder");
  }

  @Override
  public String refusal() throws IOException {
    if (here.isEmpty() || !Files.isRegularFile(here.get().options())) {
      return "no setup program installed the agent that runs here, so none can replace it";
    }
    try {
      return registry.values(BY_MSI).stream()
          .map(Registry.Value::name)
          .filter(version -> !version.isEmpty())
          .findFirst()
          .map(
              version ->
                  "version "
                      + version
                      + " was installed by its .msi, which only a newer .msi replaces; bring that out"
                      + " by group policy")
          .orElse("");
    } catch (NoSuchFileException e) {
      return "";
    }
  }

  @Override
  public void attend(String from, boolean begun) throws IOException {
    Standing standing = manager.standing(NAME);
    if (standing.pid() != 0) {
      pid = standing.pid();
    }
    if (standing.state() == State.ABSENT) {
      make(from, begun);
    }
    if (standing.state() == State.ABSENT || standing.state() == State.STOPPED) {
      manager.start(NAME);
    }
  }

  private void make(String from, boolean begun) throws IOException {
    ProgramFolder running = here.orElseThrow(() -> new IOException("there is no program to run"));
    ProgramFolder program =
        running.version().orElse("").equals(from) ? running : running.beside(from);
    if (!Files.isRegularFile(program.jar())) {
      throw new IOException("version " + from + " is not at " + program.jar() + " any more");
    }
    Path own = folder(home);
    if (!begun) {
      // Whoever made it, and whatever rights he gave himself in there.
      Folders.delete(own);
    }
    Files.createDirectories(own);
    List<String> command =
        program.service(
            List.of("update", "install", "--home", root(home).toAbsolutePath().toString()));
    manager.install(
        new ServiceManager.Plan(NAME, TITLE, DESCRIPTION, command, ENDS_WITHIN, List.of(own)));
  }

  @Override
  public boolean isOver() throws IOException {
    State state = manager.standing(NAME).state();
    boolean alive = pid != 0 && ProcessHandle.of(pid).isPresent();
    return (state == State.ABSENT || state == State.STOPPED) && !alive;
  }

  @Override
  public void clear() throws IOException {
    Folders.delete(folder(home));
    if (here.isPresent() && Files.isRegularFile(here.get().options())) {
      for (ProgramFolder other : here.get().others()) {
        other.delete();
      }
    }
  }

  @Override
  public String advice() {
    return "on this PC the service "
        + NAME
        + " should run; why it does not is in "
        + home.logs().resolve("agent.log");
  }
}
