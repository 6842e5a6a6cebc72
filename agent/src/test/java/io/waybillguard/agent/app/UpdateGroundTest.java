package io.waybillguard.agent.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.platform.ServiceManager;
import io.waybillguard.agent.platform.ServiceManager.State;
import io.waybillguard.agent.platform.ServicesByHand;
import io.waybillguard.agent.update.Ground;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What an update does to a PC, with services in memory and a setup program that is a script. */
final class UpdateGroundTest {
  private final ServicesByHand services = new ServicesByHand();

  @TempDir private Path root;
  private Home home;
  private Path before;
  private Path after;
  private UpdateGround ground;

  @BeforeEach
  void twoVersionsOfWhichTheNewOneRuns() throws Exception {
    home = Home.at(root.resolve("home"));
    Files.createDirectories(home.data());
    Files.createDirectories(home.logs());
    before = laid("0.1.0");
    after = laid("0.1.1");
    runs(after);
    Words words = new Words(Language.EN);
    Terminal terminal =
        new Terminal(
            new ByteArrayOutputStream(),
            new ByteArrayOutputStream(),
            StandardCharsets.UTF_8,
            false,
            words);
    Call call = new Call(Map.of(), false, words, terminal);
    new CommandLine(call).parseArgs("--home", String.valueOf(home.root()));
    ServiceDesk desk = new ServiceDesk(call, () -> Optional.of(services));
    ground = new UpdateGround(call, desk, () -> Optional.of(before));
  }

  private void runs(Path jar) throws IOException {
    List<String> command = List.of("java", "-jar", jar.toString(), "run");
    services.install(
        new ServiceManager.Plan(ServiceDesk.NAME, "", "", command, Duration.ZERO, List.of()));
    services.start(ServiceDesk.NAME);
  }

  private Path laid(String version) throws IOException {
    return LaidProgram.in(root, version);
  }

  private long rollbacks() {
    return CalledMain.in(Language.EN, root.resolve("home"), "evidence", "list", "--json")
        .out()
        .lines()
        .filter(line -> line.contains("\"rolled_back\""))
        .count();
  }

  @Test
  void the_version_that_the_service_names_is_the_one_that_is_installed() throws Exception {
    assertEquals("0.1.1", ground.installed());
    assertTrue(ground.runs());
    services.stop(ServiceDesk.NAME);
    assertFalse(ground.runs());
    services.uninstall(ServiceDesk.NAME);
    assertEquals("", ground.installed());
  }

  @Test
  void putting_back_is_a_record_and_the_failed_version_goes_and_once_is_enough() throws Exception {
    ground.putBack("0.1.1");
    assertEquals("0.1.0", ground.installed());
    assertTrue(ground.runs());
    assertFalse(Files.exists(after.getParent()));
    assertEquals(1, rollbacks());
    services.stop(ServiceDesk.NAME); // cut off before it was started
    ground.putBack("0.1.1");
    assertTrue(ground.runs());
    assertEquals(1, rollbacks());
    assertEquals(State.RUNNING, services.standing(ServiceDesk.NAME).state());
  }

  @Test
  void a_setup_program_unpacks_beside_itself_and_its_last_words_are_the_reason() throws Exception {
    Path own = Files.createDirectories(root.resolve("own"));
    Path setup = own.resolve("setup.exe");
    Path log = SetupLog.file(home);
    Files.writeString(log, "an earlier word\n");
    Files.writeString(
        setup,
        "#!/bin/sh\necho \"$* $TEMP $TMP $ProgramData\" >>'"
            + log
            + "'\n: >\"$TEMP/unpacked\"\necho 'exit code 3: no space' >>'"
            + log
            + "'\nexit 3\n");
    Files.setPosixFilePermissions(setup, PosixFilePermissions.fromString("rwx------"));
    Path temp = own.resolve("temp");
    assertEquals(
        new Ground.Ended(3, "/S /TRY " + temp + " " + temp + " " + root + " exit code 3: no space"),
        ground.lay(setup));
    assertFalse(Files.exists(temp));
    assertTrue(ground.settle(setup).said().startsWith("/S /SETTLE "));
  }
}
