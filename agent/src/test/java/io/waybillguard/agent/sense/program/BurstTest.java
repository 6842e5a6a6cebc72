package io.waybillguard.agent.sense.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.event.FileTraits;
import io.waybillguard.agent.event.Observation;
import io.waybillguard.agent.event.Origin;
import io.waybillguard.agent.event.ProgramAppeared;
import io.waybillguard.agent.event.ProgramsAppeared;
import io.waybillguard.agent.platform.ScriptedPackages;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Packages that bring many programs at once: what is summed up, what is not, and that all is there.
 */
final class BurstTest {
  private static final int APT = 70;
  private static final int DPKG = 71;
  private static final int POSTINST = 72;

  @TempDir private Path root;
  private Path users;
  private final ScriptedFiles kernel = new ScriptedFiles();
  private final ScriptedPackages packages = new ScriptedPackages();
  private Instant now = Instant.parse("2026-06-12T04:33:00Z");
  private ProgramSensor sensor;

  @BeforeEach
  void aPackageManagerAtWork() throws IOException {
    root = root.toRealPath();
    users = Files.createDirectory(root.resolve("local"));
    kernel.process(APT, "/usr/bin/apt-get", "root", 1);
    kernel.process(DPKG, "/usr/bin/dpkg", "root", APT);
    kernel.process(POSTINST, "/usr/bin/cp", "root", DPKG);
    UnusualPlaces places =
        new UnusualPlaces(List.of(), Map.of(), List.of(), List.of(users + "/"), Set.of());
    sensor =
        new ProgramSensor(
            kernel,
            kernel,
            kernel,
            packages,
            () -> now,
            ProgramSettings.DEFAULT,
            places,
            SomeFamilies.ALL,
            root.resolve("programs.json"));
    sensor.open();
  }

  /**
   * Files are unpacked under one name and moved to another, some are of no package, some lie where
   * people put programs, some hide; in any order, with pauses. Each is in exactly one record.
   */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void everyProgramOfAStormIsInExactlyOneRecord(long seed) throws Exception {
    Random random = new Random(seed);
    Map<String, String> summed = new TreeMap<>();
    Map<String, String> alone = new TreeMap<>();
    List<Observation> seen = new ArrayList<>();
    int files = 200 + random.nextInt(600);
    for (int i = 0; i < files; i++) {
      Path folder =
          switch (random.nextInt(20)) {
            case 0 -> users;
            case 1 -> root.resolve(".x");
            default -> root.resolve("usr" + random.nextInt(12));
          };
      Path last = Files.createDirectories(folder).resolve("f" + i);
      boolean unpacked = random.nextBoolean();
      Path first = unpacked ? Path.of(last + ".dpkg-new") : last;
      Files.writeString(first, "#!/bin/sh\necho " + i + "\n");
      kernel.written(first, random.nextInt(9) == 0 ? POSTINST : DPKG);
      if (unpacked) {
        if (random.nextInt(3) == 0) {
          seen.addAll(sensor.sense(Duration.ZERO));
        }
        Files.move(first, last);
        kernel.written(last, DPKG);
      }
      boolean owned = random.nextInt(10) > 0;
      if (owned) {
        packages.put(last, "p" + random.nextInt(50), "");
      }
      boolean system = folder.getFileName().toString().startsWith("usr");
      (owned && system ? summed : alone).put(last.toString(), sha256(last));
      if (random.nextInt(40) == 0) {
        now = now.plusMillis(random.nextInt(1_900));
        seen.addAll(sensor.sense(Duration.ZERO));
      }
    }
    seen.addAll(quiet());

    Map<String, String> single =
        seen.stream()
            .filter(ProgramAppeared.class::isInstance)
            .map(o -> ((ProgramAppeared) o).file())
            .filter(f -> !f.path().endsWith(".dpkg-new")) // seen between its two names, told anew
            .collect(Collectors.toMap(f -> f.path(), f -> f.sha256(), (a, b) -> a, TreeMap::new));
    assertEquals(alone, single);
    List<ProgramsAppeared> bursts =
        seen.stream()
            .filter(ProgramsAppeared.class::isInstance)
            .map(ProgramsAppeared.class::cast)
            .toList();
    assertEquals(summed.size(), bursts.stream().mapToLong(ProgramsAppeared::count).sum());
    if (bursts.size() == 1) {
      assertEquals(digest(summed), bursts.get(0).digest());
    }
    for (ProgramsAppeared burst : bursts) {
      assertEquals(APT, burst.by().pid());
      assertEquals(0, burst.unhashed());
    }
  }

  @Test
  void oneBurstTellsItsFoldersItsPackagesAndWhatEachFileIs() throws Exception {
    Map<String, String> model = new TreeMap<>();
    long bytes = 0;
    for (int i = 0; i < 30; i++) {
      Path file = Files.createDirectories(root.resolve("usr" + (i % 3))).resolve("f" + i);
      Files.writeString(file, "#!/bin/sh\n" + "x".repeat(i));
      packages.put(file, "p" + i % 2, "");
      kernel.written(file, DPKG);
      model.put(file.toString(), sha256(file));
      bytes += Files.size(file);
    }
    ProgramsAppeared burst = (ProgramsAppeared) quiet().get(0);
    assertEquals(30, burst.count());
    assertEquals(bytes, burst.bytes());
    assertEquals(List.of("p0", "p1"), burst.packages());
    assertEquals(3, burst.folders().size());
    assertEquals(10, burst.folders().get(0).count());
    assertEquals(digest(model), burst.digest());
  }

  @Test
  void fewAreRecordedOneByOne() throws IOException {
    Path file = Files.createDirectories(root.resolve("usr")).resolve("tool");
    packages.put(file, "tools", "");
    kernel.written(Files.writeString(file, "#!/bin/sh\n"), DPKG);
    List<Observation> seen = quiet();
    assertEquals(1, seen.size());
    ProgramAppeared one = (ProgramAppeared) seen.get(0);
    assertEquals("tools", one.file().traits().packageName());
    assertEquals(FileTraits.Packaged.OWNED, one.file().traits().packaged());
    assertEquals(Origin.Way.PACKAGE, one.origin().way());
  }

  @Test
  void aBurstThatNeverRestsIsRecordedInParts() throws IOException {
    List<Observation> seen = new ArrayList<>();
    Path folder = Files.createDirectories(root.resolve("usr"));
    for (int i = 0; i < 70; i++) {
      Path file = Files.writeString(folder.resolve("f" + i), "#!/bin/sh\n" + i);
      packages.put(file, "tools", "");
      kernel.written(file, DPKG);
      now = now.plusSeconds(1);
      seen.addAll(sensor.sense(Duration.ZERO));
    }
    assertEquals(2, seen.size(), seen::toString);
    seen.addAll(quiet());
    assertEquals(70, seen.stream().mapToLong(o -> ((ProgramsAppeared) o).count()).sum());
  }

  @Test
  void itWakesWhenABurstEnds() throws IOException {
    Path file = Files.createDirectories(root.resolve("usr")).resolve("tool");
    kernel.written(Files.writeString(file, "#!/bin/sh\n"), DPKG);
    sensor.sense(Duration.ofSeconds(9));
    sensor.sense(Duration.ofSeconds(9));
    assertTrue(kernel.lastPatience().compareTo(Bursts.QUIET) <= 0, "slept through it");
  }

  private List<Observation> quiet() throws IOException {
    List<Observation> seen = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      seen.addAll(sensor.sense(Duration.ZERO));
      if (kernel.isQuiet() && i > 20) {
        now = now.plus(Bursts.QUIET);
      }
    }
    return seen;
  }

  /** By the words of the record's description, not by the code that makes it. */
  private static String digest(Map<String, String> files) throws Exception {
    StringBuilder lines = new StringBuilder();
    files.forEach((path, hash) -> lines.append(path).append(' ').append(hash).append('\n'));
    byte[] sorted =
        lines
            .toString()
            .lines()
            .sorted()
            .collect(Collectors.joining("\n", "", "\n"))
            .getBytes(StandardCharsets.UTF_8);
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(sorted));
  }

  private static String sha256(Path file) throws Exception {
    return HexFormat.of()
        .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
  }
}
