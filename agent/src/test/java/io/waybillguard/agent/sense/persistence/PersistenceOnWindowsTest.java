package io.waybillguard.agent.sense.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.event.AutostartChanged;
import io.waybillguard.agent.event.AutostartChanged.Change;
import io.waybillguard.agent.platform.windows.TestRunKey;
import io.waybillguard.agent.platform.windows.WindowsFolders;
import io.waybillguard.agent.platform.windows.WindowsRegistry;
import io.waybillguard.agent.sense.Sensor;
import io.waybillguard.agent.sense.SensorContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The real system drive, registry and watches of a Windows machine. */
@EnabledOnOs(OS.WINDOWS)
final class PersistenceOnWindowsTest implements SensorContract {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final String STARTUP = "ProgramData/Microsoft/Windows/Start Menu/Programs/StartUp";

  @TempDir private Path data;
  private final Path drive = Path.of(System.getenv("SystemDrive") + "\\");
  private final List<AutostartChanged> told = new ArrayList<>();
  private final List<Path> made = new ArrayList<>();
  private PersistenceSensor sensor;

  @BeforeEach
  void make() {
    sensor =
        new PersistenceSensor(
            List.of(
                new Point(
                    "run_keys",
                    List.of(
                        new Point.Place(
                            "value-command",
                            List.of(),
                            List.of("HKU\\*\\Software\\Microsoft\\Windows\\CurrentVersion\\Run")))),
                new Point(
                    "startup_folders",
                    List.of(new Point.Place("startup", List.of("/" + STARTUP + "/*"))))),
            drive,
            data,
            new WindowsFolders(),
            new WindowsRegistry(),
            InstantSource.system(),
            new Random(1),
            new PersistenceSettings(Duration.ofHours(6), 50));
  }

  @AfterEach
  void away() throws IOException {
    sensor.close();
    for (Path file : made) {
      Files.deleteIfExists(file);
    }
  }

  @Override
  public Sensor sensor() {
    return sensor;
  }

  /** A busy machine leaves programs of the first sweep to the looks that follow. */
  @Override
  public void open() throws IOException {
    sensor.open();
    while (sensor.isSweeping()) {
      sensor.sense(Duration.ofMillis(20));
    }
  }

  private AutostartChanged wait(Change change, String name) throws IOException {
    Instant end = Instant.now().plus(LONG);
    while (Instant.now().isBefore(end)) {
      for (AutostartChanged one : told) {
        if (one.change() == change && one.entry().name().equals(name)) {
          return one;
        }
      }
      for (var observation : sensor.sense(Duration.ofSeconds(1))) {
        if (observation instanceof AutostartChanged one) {
          told.add(one);
        }
      }
    }
    throw new AssertionError(name + " was not told: " + told);
  }

  @Test
  void aRunKeyThatIsSetAndDeletedIsToldWithItsProgramAndAccount() throws IOException {
    Path program = hidden("upd.exe");
    open();
    try (TestRunKey run = new TestRunKey("更新")) {
      run.set("\"" + program + "\" /background");
      AutostartChanged seen = wait(Change.APPEARED, "更新");
      assertEquals("run_keys", seen.entry().point());
      assertTrue(seen.entry().file().startsWith("HKEY_USERS\\S-1-5-21-"), seen::toString);
      assertEquals(program.toString(), seen.entry().program().path());
      assertEquals("pe", seen.entry().program().kind());
      assertEquals(64, seen.entry().program().sha256().length());
      assertTrue(seen.entry().program().hidden());
    }
    wait(Change.VANISHED, "更新");
  }

  @Test
  void aProgramInTheStartupFolderIsTold() throws IOException {
    Path folder = Files.createDirectories(drive.resolve(STARTUP));
    open();
    Path program = folder.resolve("waybillguard-test.exe");
    made.add(program);
    copy(program);
    AutostartChanged seen = wait(Change.APPEARED, "waybillguard-test.exe");
    assertEquals(program.toString(), seen.entry().file());
    assertEquals(64, seen.entry().program().sha256().length());
    Files.delete(program);
    wait(Change.VANISHED, "waybillguard-test.exe");
  }

  private Path hidden(String name) throws IOException {
    Path folder = Files.createDirectories(data.resolve("hides"));
    Files.setAttribute(folder, "dos:hidden", true);
    Path program = folder.resolve(name);
    copy(program);
    return program.toRealPath();
  }

  private void copy(Path to) throws IOException {
    try (var in = getClass().getResourceAsStream("/windows/plain.exe")) {
      Files.copy(java.util.Objects.requireNonNull(in), to);
    }
  }
}
