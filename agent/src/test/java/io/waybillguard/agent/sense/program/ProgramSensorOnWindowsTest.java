package io.waybillguard.agent.sense.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.waybillguard.agent.event.Imprint;
import io.waybillguard.agent.event.Observation;
import io.waybillguard.agent.event.Origin;
import io.waybillguard.agent.event.ProgramAppeared;
import io.waybillguard.agent.event.ProgramStarted;
import io.waybillguard.agent.platform.MountedVolume;
import io.waybillguard.agent.platform.Packages;
import io.waybillguard.agent.platform.UsbPeripheral;
import io.waybillguard.agent.platform.Volumes;
import io.waybillguard.agent.platform.windows.LookingProgram;
import io.waybillguard.agent.platform.windows.WindowsFiles;
import io.waybillguard.agent.platform.windows.WindowsProcesses;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The sensor with the real files, processes and attributes of a Windows machine. */
@EnabledOnOs(OS.WINDOWS)
final class ProgramSensorOnWindowsTest {
  private static final Duration DEADLINE = Duration.ofSeconds(90);
  private static final UsbPeripheral STICK =
      new UsbPeripheral("2-1", "46f4", "0001", "SER1", "QEMU", "STICK", List.of("08/06/50"));

  @TempDir private Path root;
  private Path stick;
  private Path desk;
  private ProgramSensor sensor;
  private final List<Observation> seen = new ArrayList<>();

  @BeforeEach
  void aStickAndAHiddenFolder() throws IOException {
    root = root.toRealPath();
    stick = Files.createDirectory(root.resolve("stick"));
    desk = Files.createDirectory(root.resolve("desk"));
    Volumes volumes = () -> List.of(new MountedVolume(stick, "F:", "FAT", "", "", true, STICK));
    WindowsProcesses processes = new WindowsProcesses();
    InstantSource clock = InstantSource.system();
    sensor =
        new ProgramSensor(
            new WindowsFiles(processes, List.of(desk), LookingProgram::start, clock),
            volumes,
            processes,
            Packages.UNKNOWN,
            clock,
            ProgramSettings.DEFAULT,
            new UnusualPlaces(
                List.of(), Map.of(), List.of("/WINDOWS/"), List.of(), Set.of("svchost.exe")),
            SomeFamilies.ALL,
            root.resolve("programs.json"));
    sensor.open();
  }

  @AfterEach
  void close() {
    sensor.close();
  }

  @Test
  void aProgramCopiedOffTheStickToAHiddenFolderIsToldWholeWithItsSigner() throws Exception {
    Path source = fixture("signed-rsa-sha256.exe", stick.resolve("setup.exe"));
    Path hidden = Files.createDirectory(desk.resolve("缓存"));
    Files.setAttribute(hidden, "dos:hidden", true);
    Path copy = hidden.resolve("svchost.exe");
    run("cmd.exe", "/c", "copy", source.toString(), copy.toString());
    ProgramAppeared told =
        await(ProgramAppeared.class, o -> o.file().path().equals(copy.toString()));
    assertEquals("pe", told.file().kind());
    assertEquals(64, told.file().sha256().length());
    assertEquals(
        new Origin(Origin.Medium.REMOVABLE, "same_hash", source.toString(), STICK.passport()),
        told.origin());
    assertTrue(told.file().hidden());
    assertEquals("system_name", told.file().traits().place());
    Imprint imprint = told.file().traits().imprint();
    assertEquals("北方软件", imprint.company());
    assertEquals("7.2 beta", imprint.version());
    assertEquals(Imprint.State.INTACT, imprint.signature().state());
    assertEquals("North Software, Ltd", imprint.signature().signer());
  }

  @Test
  void aProgramFourHundredCharactersDeepIsToldWholeWithItsSigner() throws Exception {
    Path deep = desk;
    while (deep.toString().length() < 400) {
      // No deeper than eight levels, of which a folder is watched.
      deep = Files.createDirectory(deep.resolve("一个名字很长的文件夹" + " with a long name".repeat(4)));
    }
    Path program = fixture("signed-rsa-sha256.exe", deep.resolve("上传.exe"));
    ProgramAppeared told =
        await(ProgramAppeared.class, o -> o.file().path().equals(program.toString()));
    assertEquals(64, told.file().sha256().length());
    Imprint imprint = told.file().traits().imprint();
    assertEquals(Imprint.State.INTACT, imprint.signature().state());
    assertEquals("北方软件", imprint.company());
  }

  @Test
  void theAttributeThatHidesIsAReasonOfItsOwn() throws Exception {
    Path hidden = Files.createDirectory(desk.resolve("quiet"));
    Files.setAttribute(hidden, "dos:hidden", true);
    Path program = fixture("plain.exe", hidden.resolve("a.exe"));
    ProgramAppeared told =
        await(ProgramAppeared.class, o -> o.file().path().equals(program.toString()));
    assertEquals("hidden_attribute", told.file().traits().place());
    assertEquals(Imprint.State.NONE, told.file().traits().imprint().signature().state());
  }

  @Test
  void aDownloadTellsTheHostThatItsZoneNames() throws Exception {
    Path draft = fixture("plain.exe", root.resolve("draft"));
    UserDefinedFileAttributeView view =
        Files.getFileAttributeView(draft, UserDefinedFileAttributeView.class);
    view.write(
        "Zone.Identifier",
        ByteBuffer.wrap(
            "[ZoneTransfer]\r\nZoneId=3\r\nHostUrl=https://dl.example/a?user=1\r\n"
                .getBytes(StandardCharsets.UTF_8)));
    assertEquals("dl.example", WebOrigin.host(draft));
    assertEquals("", WebOrigin.host(fixture("plain.exe", root.resolve("other"))));
  }

  @Test
  void aStartOfWhatHidesIsToldWithWhoStartedIt() throws Exception {
    Path hidden = Files.createDirectory(desk.resolve("quiet"));
    Files.setAttribute(hidden, "dos:hidden", true);
    Path program =
        Files.copy(
            Path.of(System.getenv("SystemRoot"), "System32", "cmd.exe"), hidden.resolve("upd.exe"));
    // It lives until its input ends, so that no look can miss it.
    Process shell =
        new ProcessBuilder("cmd.exe", "/c", program.toString(), "/k")
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      ProgramStarted told =
          await(ProgramStarted.class, o -> o.file().path().equalsIgnoreCase(program.toString()));
      assertEquals(shell.pid(), told.parent().pid());
    } finally {
      // It holds its own file until it has ended.
      shell.getOutputStream().close();
      assertTrue(shell.waitFor(DEADLINE.toSeconds(), TimeUnit.SECONDS));
    }
  }

  private static Path fixture(String name, Path to) throws IOException {
    try (InputStream in =
        ProgramSensorOnWindowsTest.class.getResourceAsStream("/windows/" + name)) {
      Files.copy(Objects.requireNonNull(in), to);
    }
    return to;
  }

  private <T extends Observation> T await(Class<T> kind, Predicate<T> wanted) throws IOException {
    Instant end = Instant.now().plus(DEADLINE);
    while (Instant.now().isBefore(end)) {
      var found = seen.stream().filter(kind::isInstance).map(kind::cast).filter(wanted).findFirst();
      if (found.isPresent()) {
        return found.get();
      }
      seen.addAll(sensor.sense(Duration.ofMillis(500)));
    }
    return fail("no such " + kind.getSimpleName() + " among " + seen);
  }

  private static void run(String... command) throws Exception {
    assertEquals(
        0,
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start()
            .waitFor());
  }
}
