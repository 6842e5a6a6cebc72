package io.waybillguard.agent.sense.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.waybillguard.agent.event.FileRef;
import io.waybillguard.agent.event.Observation;
import io.waybillguard.agent.event.ProgramAppeared;
import io.waybillguard.agent.event.ProgramStarted;
import io.waybillguard.agent.platform.MountedVolume;
import io.waybillguard.agent.platform.UsbPeripheral;
import io.waybillguard.agent.platform.Volumes;
import io.waybillguard.agent.platform.linux.DpkgPackages;
import io.waybillguard.agent.platform.linux.LinuxFiles;
import io.waybillguard.agent.platform.linux.LinuxProcesses;
import io.waybillguard.agent.sense.Sensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * The sensor on the real kernel. Only the stick is none: a folder that a test says is one, since
 * nothing can be plugged in here. Watches the whole machine and looks at its own corner of it.
 */
@EnabledOnOs(OS.LINUX)
final class ProgramSensorOnThisMachineTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final UsbPeripheral STICK =
      new UsbPeripheral("2-1", "46f4", "0001", "SER1", "QEMU", "STICK", List.of("08/06/50"));

  @TempDir private Path root;
  private Path stick;
  private Path hidden;
  private ProgramSensor sensor;
  private final List<Observation> seen = new ArrayList<>();

  @BeforeEach
  void aStickAndAHiddenFolder() throws IOException {
    root = root.toRealPath();
    stick = Files.createDirectory(root.resolve("stick"));
    hidden = Files.createDirectories(root.resolve("home/.cache/.x"));
    Volumes volumes =
        () -> List.of(new MountedVolume(stick, "/dev/sda", "vfat", "", "", true, STICK));
    LinuxProcesses processes = new LinuxProcesses();
    InstantSource clock = InstantSource.system();
    sensor =
        new ProgramSensor(
            new LinuxFiles(processes, volumes, List.of(), clock),
            volumes,
            processes,
            new DpkgPackages(clock),
            clock,
            ProgramSettings.DEFAULT,
            UnusualPlaces.NONE,
            SomeFamilies.ALL,
            root.resolve("programs.json"));
  }

  @AfterEach
  void close() {
    sensor.close();
  }

  private void openOrSkip() throws IOException {
    Sensor.Sight sight = sensor.open();
    Assumptions.assumeTrue(
        sight.detail().startsWith("programs written, moved and started"),
        () -> "SKIPPED: no fanotify here, so nothing is told of who and of starts: " + sight);
  }

  @Test
  void aProgramCopiedOffTheStickAndStartedIsSeenWholeAndInOrder() throws Exception {
    Path source = Files.copy(Path.of("/bin/true").toRealPath(), stick.resolve("update"));
    openOrSkip();
    Path copy = hidden.resolve("upd");
    run("cp", source.toString(), copy.toString());
    run(copy.toString());
    ProgramStarted start =
        await(ProgramStarted.class, o -> o.file().path().equals(copy.toString()));
    ProgramAppeared appeared =
        await(ProgramAppeared.class, o -> o.file().path().equals(copy.toString()));
    assertTrue(seen.indexOf(appeared) < seen.indexOf(start), seen::toString);
    assertEquals("cp", FileRef.nameOf(appeared.by().executable()));
    assertEquals("same_hash", appeared.origin().how());
    assertEquals(source.toString(), appeared.origin().source());
    assertEquals(STICK.passport(), appeared.origin().passport());
    assertEquals("elf", appeared.file().kind());
    assertTrue(appeared.file().hidden());
    assertEquals(appeared.file().sha256(), start.file().sha256());
    assertEquals(appeared.origin(), start.origin());
    assertEquals(copy.toString(), start.process().executable());
    assertEquals(
        1,
        seen.stream()
            .filter(o -> o instanceof ProgramStarted s && s.file().path().equals(copy.toString()))
            .count());
  }

  @Test
  void aBurstOfProgramsIsRecordedWholeAndInOrder() throws Exception {
    openOrSkip();
    int many = 2_000;
    Path folder = Files.createDirectory(hidden.resolve("many"));
    run(
        "sh",
        "-c",
        "i=0; while [ $i -lt "
            + many
            + " ]; do echo '#!/bin/sh' > "
            + folder
            + "/$i; echo $i >> "
            + folder
            + "/$i; i=$((i+1)); done");
    await(ProgramAppeared.class, o -> o.file().path().equals(folder + "/" + (many - 1)));
    List<String> paths =
        seen.stream()
            .filter(ProgramAppeared.class::isInstance)
            .map(o -> ((ProgramAppeared) o).file().path())
            .filter(path -> path.startsWith(folder.toString()))
            .toList();
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < many; i++) {
      expected.add(folder + "/" + i);
    }
    assertEquals(expected, paths);
  }

  private <T extends Observation> T await(Class<T> kind, Predicate<T> wanted) throws IOException {
    Instant end = Instant.now().plus(DEADLINE);
    while (Instant.now().isBefore(end)) {
      var found = seen.stream().filter(kind::isInstance).map(kind::cast).filter(wanted).findFirst();
      if (found.isPresent()) {
        return found.get();
      }
      seen.addAll(sensor.sense(Duration.ofMillis(200)));
    }
    return fail("no such " + kind.getSimpleName() + " among " + seen.size() + " observations");
  }

  private static void run(String... command) throws Exception {
    assertEquals(0, new ProcessBuilder(command).inheritIO().start().waitFor());
  }
}
