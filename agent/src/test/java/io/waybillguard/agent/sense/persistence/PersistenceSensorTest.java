package io.waybillguard.agent.sense.persistence;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.event.AutostartBaseline;
import io.waybillguard.agent.event.AutostartBurst;
import io.waybillguard.agent.event.AutostartChanged;
import io.waybillguard.agent.event.AutostartChanged.Change;
import io.waybillguard.agent.event.Observation;
import io.waybillguard.agent.event.SweepFinished;
import io.waybillguard.agent.event.SweepStarted;
import io.waybillguard.agent.platform.Registry;
import io.waybillguard.agent.sense.Sensor;
import io.waybillguard.agent.sense.Sign;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A machine of a few files, and a clock that goes on when the sensor waits. */
@EnabledOnOs(OS.LINUX)
final class PersistenceSensorTest {
  private static final Instant NOON = Instant.parse("2026-11-27T04:00:00Z");
  private static final Duration EVERY = Duration.ofHours(6);
  private static final String UNIT = "[Service]\nExecStart=%s\n";

  private static final List<Point> POINTS =
      List.of(
          point(
              "systemd_units",
              "systemd-unit",
              "/etc/systemd/system/**",
              "/usr/lib/systemd/system/**"),
          point("cron", "cron-system", "/etc/crontab", "/etc/cron.d/*"),
          point("autostart", "desktop", "/etc/xdg/autostart/*", "~/.config/autostart/*"),
          point("shell_profile", "shell", "~/.bashrc", "/etc/profile"),
          point("ssh", "authorized-keys", "~/.ssh/authorized_keys"),
          point("browser_ext_linux", "native-messaging", "/etc/chromium/native-messaging-hosts/*"),
          point("sysv", "program", "/etc/init.d/*"));

  @TempDir private Path root;
  @TempDir private Path data;
  private Instant now = NOON;
  private FoldersByHand folders;
  private PersistenceSensor sensor;

  private static Point point(String id, String read, String... paths) {
    return new Point(id, List.of(new Point.Place(read, List.of(paths))));
  }

  @BeforeEach
  void aMachine() throws IOException {
    write("/etc/passwd", "root:x:0:0:root:/root:/bin/bash\ndesk:x:1000:1000::/home/desk:/bin/sh\n");
    write("/usr/bin/tool", "#!/bin/sh\n");
    Files.createDirectories(root.resolve("root"));
    Files.createDirectories(root.resolve("home/desk/.config"));
    Files.createDirectories(root.resolve("etc/systemd/system"));
    write("/usr/lib/systemd/system/tool.service", UNIT.formatted("/usr/bin/tool"));
    write("/etc/crontab", "17 * * * * root /usr/bin/tool\n");
    agentWhoseClockGoesOnBy(Duration.ZERO, 10);
  }

  private void agent() {
    agentWhoseClockGoesOnBy(Duration.ZERO, 10);
  }

  /** Each look at the clock takes so long. */
  private void agentWhoseClockGoesOnBy(Duration look, int cpuShare) {
    folders = FoldersByHand.counting(waited -> now = now.plus(waited));
    sensor =
        new PersistenceSensor(
            POINTS,
            root,
            data,
            folders,
            Registry.NONE,
            () -> now = now.plus(look),
            new Random(7),
            new PersistenceSettings(EVERY, cpuShare));
  }

  private void write(String path, String text) throws IOException {
    Path file = root.resolve(path.substring(1));
    Files.createDirectories(Objects.requireNonNull(file.getParent()));
    // A file that is written in place within a tick of the clock looks as it did: it is replaced.
    Path draft = data.resolve("draft");
    Files.writeString(draft, text, UTF_8);
    Files.move(draft, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    told(file);
  }

  private void delete(String path) throws IOException {
    Path file = root.resolve(path.substring(1));
    Files.delete(file);
    told(file);
  }

  private void told(Path file) {
    if (folders != null) {
      for (Path at = file; at != null && at.getParent() != null; at = at.getParent()) {
        folders.change(Objects.requireNonNull(at.getParent()), at.getFileName().toString());
      }
    }
  }

  /** Everything that is told until there is nothing to do for a while. */
  private List<Observation> looks(Duration during) throws IOException {
    List<Observation> told = new ArrayList<>();
    Instant end = now.plus(during);
    while (now.isBefore(end)) {
      told.addAll(sensor.sense(Duration.between(now, end)));
    }
    return told;
  }

  private List<Observation> looks() throws IOException {
    return looks(Duration.ofSeconds(10));
  }

  private static List<String> changes(List<Observation> told) {
    return told.stream()
        .filter(AutostartChanged.class::isInstance)
        .map(AutostartChanged.class::cast)
        .map(c -> c.change() + " " + c.entry().point() + " " + c.entry().name())
        .toList();
  }

  private List<String> opened() throws IOException {
    Sensor.Sight sight = sensor.open();
    assertFalse(sight.reduced(), sight::detail);
    List<Observation> all = new ArrayList<>(sight.found());
    all.addAll(looks());
    return all.stream().map(Observation::type).toList();
  }

  @Test
  void onTheFirstDayThereIsOneRecordOfHowManyThereAreAndNoneOfEach() throws Exception {
    Sensor.Sight sight = sensor.open();
    AutostartBaseline baseline =
        sight.found().stream()
            .filter(AutostartBaseline.class::isInstance)
            .map(AutostartBaseline.class::cast)
            .findFirst()
            .orElseThrow();
    assertEquals(2, baseline.entries());
    assertEquals(AutostartBaseline.Why.FIRST, baseline.why());
    assertEquals(
        List.of("sweep.start", "autostart.baseline", "sweep.end"),
        sight.found().stream().map(Observation::type).toList());
    assertEquals(List.of(), looks());
    assertEquals(baseline.digest(), Baseline.read(Baseline.file(data)).orElseThrow().digest());
  }

  @Test
  void aUnitThatAppearsChangesAndVanishesIsToldEachTime() throws Exception {
    opened();
    Instant before = now;
    write("/etc/systemd/system/up.service", UNIT.formatted("/usr/bin/tool --token abc"));
    List<Observation> told = looks();
    assertEquals(List.of("APPEARED systemd_units up.service"), changes(told));
    AutostartChanged appeared = (AutostartChanged) told.get(0);
    assertEquals("/usr/bin/tool --token ***", appeared.entry().command());
    assertEquals("/usr/bin/tool", appeared.entry().program().path());
    assertEquals(64, appeared.entry().program().sha256().length());
    assertTrue(appeared.at().isBefore(before.plusSeconds(1)), "after " + appeared.at());
    write("/etc/systemd/system/up.service", UNIT.formatted("/usr/bin/tool --other"));
    assertEquals(List.of("CHANGED systemd_units up.service"), changes(looks()));
    delete("/etc/systemd/system/up.service");
    assertEquals(List.of("VANISHED systemd_units up.service"), changes(looks()));
  }

  @Test
  void aFolderThatWasNotThereIsWatchedOnceItIs() throws Exception {
    opened();
    write("/home/desk/.config/autostart/x.desktop", "[Desktop Entry]\nExec=/home/desk/.x/wps\n");
    assertEquals(List.of("APPEARED autostart x.desktop"), changes(looks()));
    write("/etc/cron.d/job", "@reboot root /usr/bin/tool\n");
    assertEquals(List.of("APPEARED cron @reboot"), changes(looks()));
  }

  @Test
  void whatComesBetweenTheReadingOfAFolderAndItsWatchIsTold() throws Exception {
    opened();
    Path autostart = root.resolve("home/desk/.config/autostart");
    justBeforeItIsWatched(autostart, "late.desktop", "[Desktop Entry]\nExec=/home/desk/.x/late\n");
    write("/home/desk/.config/autostart/x.desktop", "[Desktop Entry]\nExec=/home/desk/.x/wps\n");
    assertEquals(
        List.of("APPEARED autostart x.desktop", "APPEARED autostart late.desktop"),
        changes(looks()));
  }

  @Test
  void soIsWhatComesToAFolderThatWasDeletedAndMadeAnew() throws Exception {
    write("/home/desk/.config/autostart/x.desktop", "[Desktop Entry]\nExec=/home/desk/.x/wps\n");
    opened();
    Path autostart = root.resolve("home/desk/.config/autostart");
    delete("/home/desk/.config/autostart/x.desktop");
    Files.delete(autostart);
    folders.change(autostart, "");
    told(autostart);
    assertEquals(List.of("VANISHED autostart x.desktop"), changes(looks()));
    justBeforeItIsWatched(autostart, "late.desktop", "[Desktop Entry]\nExec=/home/desk/.x/late\n");
    Files.createDirectories(autostart);
    told(autostart);
    assertEquals(List.of("APPEARED autostart late.desktop"), changes(looks()));
  }

  @Test
  void soIsWhatComesWhileTheAgentStarts() throws Exception {
    Path jobs = Files.createDirectories(root.resolve("etc/cron.d"));
    opened();
    sensor.close();
    agent();
    justBeforeItIsWatched(jobs, "job", "@reboot root /usr/bin/tool\n");
    List<Observation> told = new ArrayList<>(sensor.open().found());
    told.addAll(looks());
    assertEquals(List.of("APPEARED cron @reboot"), changes(told));
  }

  /** A file comes to a folder when nobody is told of it yet. */
  private void justBeforeItIsWatched(Path place, String name, String text) {
    folders.beforeOneIsWatched(
        folder -> {
          try {
            if (folder.equals(place)) {
              Files.writeString(place.resolve(name), text, UTF_8);
            }
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  @Test
  void anAccountThatComesHasItsHomeWatchedAlsoWhenThatIsMadeLater() throws Exception {
    opened();
    String before = Files.readString(root.resolve("etc/passwd"));
    write("/etc/passwd", before + "new:x:1001:1001::/home/new:/bin/sh\n");
    looks();
    Files.createDirectories(root.resolve("home/new"));
    told(root.resolve("home/new"));
    looks();
    write("/home/new/.config/autostart/x.desktop", "[Desktop Entry]\nExec=/home/new/.x/wps\n");
    assertEquals(List.of("APPEARED autostart x.desktop"), changes(looks()));
  }

  @Test
  void aSweepThatWasCutOffGoesOnWithThePointsThatItHadNotComeTo() throws Exception {
    opened();
    sensor.close();
    Files.writeString(data.resolve("autostart-sweep.txt"), "sysv\nno such point\nssh\n");
    Unfinished unfinished = new Unfinished(data);
    assertEquals(
        List.of("ssh", "sysv", "systemd_units", "cron", "autostart"),
        unfinished.first(POINTS).stream().map(Point::id).limit(5).toList());
    agent();
    opened();
    assertFalse(Files.exists(data.resolve("autostart-sweep.txt")), "it came to its end");
    assertEquals(POINTS, unfinished.first(POINTS));
    unfinished.keep(POINTS.subList(5, 7));
    assertEquals("browser_ext_linux", unfinished.first(POINTS).get(0).id());
  }

  @Test
  void aDiskThatTakesNothingDoesNotBlindIt() throws Exception {
    opened();
    Path inTheWay = Files.createDirectories(data.resolve("autostart-seen.json.new/in-the-way"));
    write("/etc/cron.d/job", "@reboot root /usr/bin/tool\n");
    assertEquals(List.of("APPEARED cron @reboot"), changes(looks(Duration.ofSeconds(100))));
    assertTrue(sensor.standing().contains("cannot be kept"), sensor.standing());
    Files.delete(inTheWay);
    Files.delete(inTheWay.getParent());
    looks(Duration.ofSeconds(100));
    assertFalse(sensor.standing().contains("cannot be kept"), sensor.standing());
    sensor.close();
    agent();
    assertEquals(List.of(), changes(sensor.open().found()), "kept in the end");
  }

  @Test
  void whatHappenedWhileTheAgentWasAwayIsToldWhenItIsBack() throws Exception {
    opened();
    sensor.close();
    write("/etc/cron.d/job", "@reboot root /usr/bin/tool\n");
    delete("/etc/crontab");
    agent();
    List<Observation> found = sensor.open().found();
    assertEquals(List.of("VANISHED cron 17 * * * *", "APPEARED cron @reboot"), changes(found));
    assertTrue(
        found.stream()
            .filter(AutostartChanged.class::isInstance)
            .allMatch(c -> ((AutostartChanged) c).whileAway()));
    looks();
    sensor.close();
    agent();
    assertEquals(List.of(), changes(sensor.open().found()), "told twice");
  }

  @Test
  void anAgentThatEndsBeforeItsRecordIsSafeTellsItAgain() throws Exception {
    opened();
    write("/etc/cron.d/job", "@reboot root /usr/bin/tool\n");
    List<Observation> told = new ArrayList<>();
    while (told.isEmpty()) {
      told.addAll(sensor.sense(Duration.ofMillis(100)));
    }
    sensor.close();
    agent();
    assertEquals(List.of("APPEARED cron @reboot"), changes(sensor.open().found()));
  }

  @Test
  void aDamagedBaselineIsPutAsideAndTakenAnewAndTheRecordSaysSo() throws Exception {
    opened();
    sensor.close();
    byte[] good = Files.readAllBytes(Baseline.file(data));
    for (String bad :
        List.of(
            "",
            "{",
            "\u0000\u0001",
            "[]",
            "{\"taken\":1}",
            new String(good, UTF_8).replace("17 *", "18 *"))) {
      Files.writeString(Baseline.file(data), bad);
      write("/etc/cron.d/job", "@reboot root /usr/bin/tool\n");
      agent();
      List<Observation> found = sensor.open().found();
      AutostartBaseline baseline =
          (AutostartBaseline)
              found.stream().filter(AutostartBaseline.class::isInstance).findFirst().orElseThrow();
      assertEquals(AutostartBaseline.Why.DAMAGED, baseline.why());
      assertFalse(baseline.detail().isEmpty());
      // What was told last is in another file, so that nothing is lost with this one.
      assertEquals(List.of("APPEARED cron @reboot"), changes(found), bad);
      delete("/etc/cron.d/job");
      looks();
      assertEquals(bad, Files.readString(data.resolve("autostart.json.damaged")));
      assertEquals(baseline.digest(), Baseline.read(Baseline.file(data)).orElseThrow().digest());
      sensor.close();
    }
  }

  @Test
  void aBaselineThatSomebodyReplacesOrDeletesIsARecord() throws Exception {
    opened();
    new Baseline(now, "mallory", List.of()).write(Baseline.file(data));
    List<Observation> told = looks();
    assertEquals(1, told.size(), told::toString);
    AutostartBaseline replaced = (AutostartBaseline) told.get(0);
    assertEquals(AutostartBaseline.Why.REPLACED, replaced.why());
    assertEquals("mallory", replaced.by());
    Files.delete(Baseline.file(data));
    AutostartBaseline deleted = (AutostartBaseline) looks().get(0);
    assertEquals(AutostartBaseline.Why.DAMAGED, deleted.why());
    assertTrue(Files.exists(Baseline.file(data)));
    assertEquals(List.of(), looks());
  }

  @Test
  void aPackageUpgradeIsOneRecordAndWhatIsNotOrdinaryHasItsOwn() throws Exception {
    opened();
    for (int i = 0; i < 300; i++) {
      write("/usr/lib/systemd/system/p" + i + ".service", UNIT.formatted("/usr/bin/tool"));
    }
    write("/etc/systemd/system/evil.service", UNIT.formatted("/home/desk/.x/wps"));
    List<Observation> told = looks(Duration.ofSeconds(30));
    List<String> single = changes(told);
    assertEquals(Burst.SINGLE + 1, single.size());
    assertTrue(single.contains("APPEARED systemd_units evil.service"), single::toString);
    AutostartBurst burst =
        (AutostartBurst)
            told.stream().filter(AutostartBurst.class::isInstance).findFirst().orElseThrow();
    // The temporary folder's files are root's only where root runs this.
    assertEquals(300, burst.appeared() + Burst.SINGLE);
    assertEquals(AutostartBurst.MOST_NAMES, burst.names().size());
    sensor.close();
    agent();
    assertEquals(List.of(), changes(sensor.open().found()), "what was summed up was told");
  }

  @Test
  void everyFewHoursEverythingIsLookedOverWithoutBeingTold() throws Exception {
    opened();
    Files.writeString(
        root.resolve("etc/crontab"), "1 1 * * * root /usr/bin/tool\n"); // no word of it
    List<Observation> told = looks(EVERY.plus(EVERY.dividedBy(5)));
    List<String> types = told.stream().map(Observation::type).toList();
    assertEquals(List.of("sweep.start", "autostart.gone", "autostart.new", "sweep.end"), types);
    SweepStarted began = (SweepStarted) told.get(0);
    SweepFinished ended = (SweepFinished) told.get(3);
    assertEquals("schedule", began.by());
    assertEquals(2, ended.detections());
    Duration late = Duration.between(NOON.plus(EVERY), began.at()).abs();
    assertTrue(late.compareTo(EVERY.dividedBy(10)) <= 0, late::toString);
    assertTrue(late.compareTo(Duration.ofSeconds(1)) > 0, "it is varied: " + late);
  }

  @Test
  void whenTheSystemLosesCountEverythingIsLookedOver() throws Exception {
    opened();
    Files.writeString(root.resolve("etc/profile"), "/opt/x &\n");
    folders.lose();
    assertEquals(
        List.of("APPEARED shell_profile profile", "APPEARED shell_profile profile /opt/x"),
        changes(looks()));
  }

  @Test
  void whatNobodyCanReadIsNoExceptionAndNoLoss() throws Exception {
    Path units = root.resolve("etc/systemd/system");
    byte[] junk = new byte[200_000];
    new Random(3).nextBytes(junk);
    Files.write(units.resolve("junk.service"), junk);
    Files.write(root.resolve("etc/crontab"), junk);
    Files.createSymbolicLink(units.resolve("loop.service"), units.resolve("loop.service"));
    Files.createSymbolicLink(units.resolve("dangling.service"), Path.of("nowhere"));
    Files.createSymbolicLink(units.resolve("round"), units);
    Files.createSymbolicLink(units.resolve("masked.service"), Path.of("/dev/null"));
    write(
        "/etc/systemd/system/long.service", UNIT.formatted("/usr/bin/tool " + "x".repeat(3 << 20)));
    write("/etc/chromium/native-messaging-hosts/h.json", "{ no json");
    write("/root/.ssh/authorized_keys", "ssh-rsa !!!\n\u0000\nssh-ed25519 AAAA bad key\n");
    Files.createDirectories(root.resolve("etc/init.d"));
    Process pipe = new ProcessBuilder("mkfifo", root.resolve("etc/init.d/pipe").toString()).start();
    assertEquals(0, pipe.waitFor());
    List<String> types = opened();
    assertTrue(types.contains("autostart.baseline"), types::toString);
    List<String> names =
        Baseline.read(Baseline.file(data)).orElseThrow().entries().stream()
            .map(e -> e.name())
            .toList();
    assertTrue(names.contains("masked.service"), names::toString);
    assertTrue(names.contains("long.service"), names::toString);
    assertTrue(names.contains("h.json (not JSON)"), names::toString);
    assertTrue(names.contains("loop.service"), names::toString);
  }

  @Test
  void whatCannotBeReadAnyMoreIsNotGone() throws Exception {
    org.junit.jupiter.api.Assumptions.assumeFalse(
        System.getProperty("user.name").equals("root"), "root reads everything");
    opened();
    Path crontab = root.resolve("etc/crontab");
    Files.setPosixFilePermissions(crontab, PosixFilePermissions.fromString("---------"));
    told(crontab);
    assertEquals(List.of(), changes(looks()));
    sensor.close();
    agent();
    Sensor.Sight sight = sensor.open();
    assertTrue(sight.reduced());
    assertTrue(sight.detail().contains("/etc/crontab"), sight::detail);
  }

  @Test
  void aLongSweepGoesOnInStepsAndSaysHowFarItIs() throws Exception {
    for (int i = 0; i < 2_000; i++) {
      write("/etc/cron.d/j" + i, "@reboot root /usr/bin/tool\n");
    }
    // Each look at the clock costs a tenth of a second, so opening leaves most of it undone.
    agentWhoseClockGoesOnBy(Duration.ofMillis(100), 50);
    Sensor.Sight sight = sensor.open();
    assertFalse(sight.found().isEmpty());
    assertTrue(sensor.standing().contains("of 7 points"), sensor::standing);
    List<Observation> told = new ArrayList<>();
    int steps = 0;
    while (told.isEmpty()) {
      told.addAll(sensor.sense(Duration.ofSeconds(1)));
      steps++;
      assertEquals(told.isEmpty(), sensor.standing().contains("of 7 points"), sensor.standing());
    }
    assertTrue(steps > 3, "in " + steps + " steps");
    assertEquals("autostart.baseline", told.get(0).type());
    assertEquals(2_002, ((AutostartBaseline) told.get(0)).entries());
    assertEquals("2002 entries", sensor.standing());
  }

  @Test
  void openingReadsAndWatchesEveryPointAndLeavesTheProgramsToTheSweep() throws Exception {
    opened();
    sensor.close();
    write("/etc/cron.d/job", "@reboot root /usr/bin/tool\n");
    agentWhoseClockGoesOnBy(Duration.ofMillis(20), 10);

    Sensor.Sight sight = sensor.open();

    assertEquals(List.of("sweep.start"), sight.found().stream().map(Observation::type).toList());
    assertTrue(sensor.expect(new Sign("no such name")), "live, and it watches not all");
    // What was read when it opened is otherwise by the time that the sweep comes to it.
    write("/etc/cron.d/job", "@reboot root /usr/bin/tool --late\n");
    List<Observation> told = looks();
    assertEquals(List.of("APPEARED cron @reboot"), changes(told));
    assertEquals("/usr/bin/tool --late", ((AutostartChanged) told.get(0)).entry().command());
    assertEquals("sweep.end", told.get(told.size() - 1).type());
  }

  /** Seeded edits of a machine against a map of what its files say. */
  @Test
  void whateverIsEditedIsToldExactly() throws Exception {
    for (long seed = 1; seed <= 8; seed++) {
      Random random = new Random(seed);
      opened();
      Map<String, String> model = new TreeMap<>();
      for (int round = 0; round < 25; round++) {
        Map<String, String> before = new HashMap<>(model);
        for (int i = random.nextInt(4); i >= 0; i--) {
          String path = "/etc/cron.d/r" + random.nextInt(6);
          if (model.containsKey(path) && random.nextBoolean()) {
            delete(path);
            model.remove(path);
          } else {
            String command = "/usr/local/bin/t" + random.nextInt(3);
            write(path, "@reboot root " + command + "\n");
            model.put(path, command);
          }
        }
        List<String> expected = new ArrayList<>();
        before.forEach(
            (path, command) -> {
              String after = model.get(path);
              if (after == null) {
                expected.add(Change.VANISHED + path + command);
              } else if (!after.equals(command)) {
                expected.add(Change.CHANGED + path + after);
              }
            });
        model.forEach(
            (path, command) -> {
              if (!before.containsKey(path)) {
                expected.add(Change.APPEARED + path + command);
              }
            });
        if (random.nextInt(5) == 0) {
          sensor.close();
          agent();
        }
        List<Observation> told = new ArrayList<>();
        if (folders.watched().isEmpty()) {
          told.addAll(sensor.open().found());
        }
        told.addAll(looks());
        List<String> got =
            told.stream()
                .filter(AutostartChanged.class::isInstance)
                .map(AutostartChanged.class::cast)
                .map(c -> c.change() + c.entry().file() + c.entry().command())
                .sorted()
                .toList();
        assertEquals(expected.stream().sorted().toList(), got, "seed " + seed + " round " + round);
      }
      for (String path : model.keySet()) {
        delete(path);
      }
      looks();
      sensor.close();
      agent();
    }
  }
}
