package io.waybillguard.agent.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.platform.Registry;
import io.waybillguard.agent.platform.ScriptedRegistry;
import io.waybillguard.agent.platform.ServiceManager.State;
import io.waybillguard.agent.platform.ServicesByHand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The service that an update makes for itself, with services in memory. */
final class InstallingServiceTest {
  private final ServicesByHand services = new ServicesByHand();
  private Registry registry = Registry.NONE;

  @TempDir private Path root;
  private Home home;

  @BeforeEach
  void makeHome() throws IOException {
    home = Home.at(root.resolve("home"));
    Files.createDirectories(home.data());
  }

  private ProgramFolder laid(String version) throws IOException {
    return ProgramFolder.of(LaidProgram.in(root, version));
  }

  private InstallingService agent(ProgramFolder program) {
    return new InstallingService(home, services, registry, Optional.of(program));
  }

  private State state() {
    return services.standing(InstallingService.NAME).state();
  }

  @Test
  void the_version_that_took_the_order_is_the_one_that_installs() throws Exception {
    ProgramFolder before = laid("0.1.0");
    InstallingService agent = agent(before);
    assertEquals("", agent.refusal());
    assertTrue(agent.isOver());
    agent.attend("0.1.0", false);
    assertEquals(State.RUNNING, state());
    assertFalse(agent.isOver());
    String command = services.standing(InstallingService.NAME).command();
    assertTrue(
        command.endsWith("-jar " + before.jar() + " update install --home " + root.resolve("home")),
        command);
  }

  @Test
  void one_that_fell_is_started_again_and_one_that_is_gone_made_anew_by_the_new_version()
      throws Exception {
    ProgramFolder before = laid("0.1.0");
    agent(before).attend("0.1.0", false);
    services.stop(InstallingService.NAME);
    InstallingService after = agent(laid("0.1.1"));
    after.attend("0.1.0", true);
    assertEquals(State.RUNNING, state());
    services.uninstall(InstallingService.NAME);
    after.attend("0.1.0", true);
    assertEquals(State.RUNNING, state());
    assertTrue(
        services
            .standing(InstallingService.NAME)
            .command()
            .contains("-jar " + before.jar() + " update install"));
  }

  @Test
  void what_lay_in_its_folder_before_is_thrown_away_unless_it_has_begun() throws Exception {
    Path own = Files.createDirectories(InstallingService.folder(home));
    Path others = Files.createDirectories(root.resolve("others"));
    Files.writeString(others.resolve("file"), "stays");
    Files.writeString(own.resolve("state"), "planted");
    Files.createSymbolicLink(own.resolve("link"), others);
    InstallingService agent = agent(laid("0.1.0"));
    agent.attend("0.1.0", false);
    try (Stream<Path> left = Files.list(own)) {
      assertEquals(List.of(), left.toList());
    }
    assertEquals("stays", Files.readString(others.resolve("file")));
    Files.writeString(own.resolve("state"), "its own");
    services.uninstall(InstallingService.NAME);
    agent.attend("0.1.0", true);
    assertEquals("its own", Files.readString(own.resolve("state")));
  }

  @Test
  void a_version_that_is_not_there_any_more_cannot_install() throws Exception {
    InstallingService agent = agent(laid("0.1.1"));
    IOException e = assertThrows(IOException.class, () -> agent.attend("0.1.0", true));
    assertTrue(String.valueOf(e.getMessage()).contains("version 0.1.0 is not at"), e.toString());
    assertEquals(State.ABSENT, state());
  }

  @Test
  void what_is_cleared_away_is_every_version_but_the_one_that_runs() throws Exception {
    ProgramFolder before = laid("0.1.0");
    ProgramFolder runs = laid("0.1.1");
    Files.createDirectories(InstallingService.folder(home).resolve("temp"));
    Path strange = Files.createDirectories(root.resolve("program").resolve("notes"));
    agent(runs).clear();
    assertFalse(Files.exists(before.jar().getParent()));
    assertTrue(Files.exists(runs.jar()));
    assertTrue(Files.exists(strange));
    assertFalse(Files.exists(InstallingService.folder(home)));
  }

  @Test
  void what_the_msi_or_nobody_installed_is_refused_with_its_reason() throws Exception {
    registry =
        new ScriptedRegistry()
            .value("HKEY_LOCAL_MACHINE\\SOFTWARE\\WaybillGuard\\Msi", "0.1.0", "C:\\x");
    assertTrue(
        agent(laid("0.1.0")).refusal().startsWith("version 0.1.0 was installed by its .msi"));
    registry = Registry.NONE;
    Path bare = Files.writeString(root.resolve("bare.jar"), "no folder of an installer");
    assertTrue(agent(ProgramFolder.of(bare)).refusal().startsWith("no setup program"));
  }
}
