package io.waybillguard.agent.hunt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.event.AutostartEntry;
import io.waybillguard.agent.event.FileRef;
import io.waybillguard.agent.event.FileTraits;
import io.waybillguard.agent.event.Imprint;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.Origin;
import io.waybillguard.agent.event.ProcessRef;
import io.waybillguard.agent.event.ProgramStarted;
import io.waybillguard.agent.evidence.Entry;
import io.waybillguard.agent.evidence.LogReader;
import io.waybillguard.agent.platform.RunningProgram;
import io.waybillguard.agent.report.TestDesk;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A hunt from its order to its result, over a real log and real files. */
final class HunterTest {
  private static final String ID = "5f".repeat(16);

  @TempDir Path temp;
  private TestDesk desk;
  private Path root;
  private Hunter hunter;
  private long micros;
  private int told;

  @BeforeEach
  void aDeskWithSomeFiles() throws Exception {
    root = Files.createDirectories(temp.resolve("root"));
    desk =
        new TestDesk(
            temp.resolve("data"),
            enrolment -> {
              throw new IOException("there is no HQ");
            });
    hunter = hunter();
  }

  @AfterEach
  void end() throws Exception {
    hunter.end();
    desk.close();
  }

  private Hunter hunter() {
    return new Hunter(
        desk.data(),
        desk,
        new ByHand(),
        () -> TestDesk.NOON,
        // Eight steps are a piece of work.
        () -> micros += 5_000,
        new Random(1),
        () -> told++);
  }

  /** A machine of which the test says what it is. */
  private final class ByHand implements Ground {
    @Override
    public String system() {
      return "linux";
    }

    @Override
    public List<Path> roots() {
      return List.of(root);
    }

    @Override
    public Predicate<Path> elsewhere() {
      return folder -> false;
    }

    @Override
    public List<RunningProgram> running() {
      return List.of(
          new RunningProgram(7, "/usr/bin/dash", "dash -c x", "root", 1),
          new RunningProgram(9, "/opt/sync", "/opt/sync --token IyEvYmluL2Jhc2g=", "desk", 7));
    }

    @Override
    public List<AutostartEntry> autostarts() {
      return List.of(
          new AutostartEntry(
              "cron",
              "/etc/cron.d/sync",
              "@reboot",
              "root",
              "/opt/sync",
              new FileRef("/opt/sync", "elf", 5, "cd".repeat(32), "", "root", false, false),
              true));
    }

    @Override
    public String signer(Path program) {
      return program.endsWith("dash") ? "dash" : "";
    }
  }

  private Path file(String name, String content) throws IOException {
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, content);
  }

  private static String sha256(String content) throws Exception {
    return HexFormat.of()
        .formatHex(
            MessageDigest.getInstance("SHA-256").digest(content.getBytes(StandardCharsets.UTF_8)));
  }

  private static Json.Obj search(String key, String... values) {
    return Json.object().put("title", "t").put(key, List.of(values));
  }

  private void order(Json.Obj args) throws Exception {
    hunter.prepare(ID, args);
    assertTrue(hunter.begin(ID));
  }

  /** Steps until the hunt is over, passing the rests by. */
  private void run() throws Exception {
    for (int i = 0; i < 5000 && told == 0; i++) {
      micros += 100_000_000;
      int unused = hunter.step();
    }
    assertEquals(1, told, "the hunt ends");
  }

  private List<Json.Obj> events(String type) throws Exception {
    try (LogReader log = LogReader.open(desk.data())) {
      List<Json.Obj> events = new ArrayList<>();
      for (Entry entry : log.find(type, Instant.EPOCH, Instant.MAX, -1)) {
        events.add(Json.parse(entry.bodies().get(0).data()));
      }
      return events;
    }
  }

  /** What was found, each as "what path". */
  private Set<String> found() throws Exception {
    List<Json.Obj> ends = events("hunt.end");
    assertEquals(1, ends.size());
    Set<String> found = new TreeSet<>();
    for (Json.Obj each : ends.get(0).object("unmapped").objects("findings")) {
      found.add(each.text("what") + " " + each.text("path"));
    }
    return found;
  }

  private Set<String> hunt(Json.Obj args) throws Exception {
    order(args);
    run();
    return found();
  }

  @Test
  void aContentIsFoundWhereverItLiesAndWhateverItIsCalled() throws Exception {
    Path bad = file("home/desk/.x/photo.jpg", "tool");
    file("home/desk/tool", "another");
    assertEquals(new TreeSet<>(List.of("sha256 " + bad)), hunt(search("sha256", sha256("tool"))));
    assertEquals(2, events("hunt.end").get(0).number("num_files"));
    Json.Obj result = events("hq.result").get(0).object("unmapped");
    assertEquals("done", result.text("outcome"));
    assertEquals(1, result.number("found"));
    assertEquals("hunt", result.text("command"));
  }

  @Test
  void pathsAreLookedForOnlyBelowTheFolderThatTheyName() throws Exception {
    Path bad = file("opt/x/sync", "a");
    file("etc/sync", "a");
    assertEquals(
        new TreeSet<>(List.of("path " + bad)), hunt(search("path", root + "/opt/**/sync")));
    assertEquals(1, events("hunt.end").get(0).number("num_files"), "etc is not looked at");
  }

  @Test
  void whatRunsAndWhatStartsByItselfIsHeldAgainstTheSearch() throws Exception {
    assertEquals(
        new TreeSet<>(List.of("autorun /etc/cron.d/sync @reboot")),
        hunt(search("autorun", "/opt/sync")));
  }

  @Test
  void aProgramIsFoundByWhoVouchesForIt() throws Exception {
    assertEquals(new TreeSet<>(List.of("signer /usr/bin/dash")), hunt(search("signer", "dash")));
  }

  @Test
  void aSignedProgramIsFoundInTheLogByWhoSignedItUnlessItWasChangedSince() throws Exception {
    for (Imprint.State state : List.of(Imprint.State.INTACT, Imprint.State.CHANGED)) {
      Imprint imprint =
          new Imprint(
              "", "", "", "", new Imprint.Signature(state, "Courier Tools", "CA", "1", "ab", ""));
      desk.log()
          .append(
              new ProgramStarted(
                  TestDesk.NOON,
                  new FileRef(
                      "C:\\x\\" + state + ".exe",
                      "pe",
                      1,
                      "",
                      "",
                      "",
                      false,
                      false,
                      new FileTraits(-1, "", FileTraits.Packaged.UNKNOWN, "", imprint)),
                  Origin.NOT_SEEN_ON_MEDIUM,
                  new ProcessRef(5, "C:\\x\\a.exe", "desk"),
                  ProcessRef.UNKNOWN));
    }
    desk.log().commit();
    assertEquals(
        new TreeSet<>(List.of("signer C:\\x\\INTACT.exe")), hunt(search("signer", "Courier")));
  }

  @Test
  void aRemoteToolIsFoundByTheNamesOfItsPrograms() throws Exception {
    Path bad = file("home/desk/Downloads/ToDesk.exe", "a");
    Json.Obj tool = Json.object().put("id", "todesk").put("programs", List.of("todesk", "sync"));
    assertEquals(
        new TreeSet<>(List.of("remote_tool " + bad, "remote_tool /opt/sync")),
        hunt(Json.object().put("title", "t").put("remote_tool", List.of(tool))));
  }

  @Test
  void rulesAreAskedOfRecordsOfWhatRunsAndOfFiles() throws Exception {
    desk.log()
        .append(
            new ProgramStarted(
                TestDesk.NOON,
                new FileRef("/tmp/a", "elf", 1, "", "", "", false, false),
                Origin.NOT_SEEN_ON_MEDIUM,
                new ProcessRef(5, "/tmp/a", "desk"),
                ProcessRef.UNKNOWN));
    desk.log().commit();
    Path cron = file("etc/cron.d/x", "a");
    String started = rule("process_creation", "Image|startswith: /tmp/");
    String running = rule("process_creation", "CommandLine|contains: IyEvYmluL2Jhc2");
    String made = rule("file_event", "TargetFilename|contains: /etc/cron.d/");
    String windows = made.replace("category", "product: windows\n  category");
    List<Json.Obj> rules = new ArrayList<>();
    for (String text : List.of(started, running, made, windows)) {
      rules.add(Json.object().put("name", "r" + rules.size()).put("text", text));
    }
    assertEquals(
        new TreeSet<>(List.of("sigma /tmp/a", "sigma /opt/sync", "sigma " + cron)),
        hunt(Json.object().put("title", "t").put("sigma", rules)));
  }

  private static String rule(String category, String line) {
    return "title: "
        + category
        + "\nlogsource:\n  category: "
        + category
        + "\ndetection:\n  s: {"
        + line
        + "}\n  condition: s\n";
  }

  @Test
  void aStickIsFoundInTheLogLongAfterItIsGone() throws Exception {
    desk.log().append(desk.stick("4C53"));
    desk.log().commit();
    Set<String> found = hunt(search("usb", "0781:5567:4c53"));
    assertEquals(new TreeSet<>(List.of("usb Cruzer Blade p-4C53")), found);
    Json.Obj finding = events("hunt.end").get(0).object("unmapped").objects("findings").get(0);
    assertEquals(0, finding.number("record"), "the record that tells of it");
  }

  /** Killed at every moment: each thing is found once, each record written once. */
  @Test
  void aHuntGoesOnAfterANewStartWhereverItWasCutShort() throws Exception {
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      expected.add("sha256 " + file("d" + i % 3 + "/f" + i, "tool"));
    }
    order(search("sha256", sha256("tool")));
    int starts = 0;
    for (int i = 0; i < 400 && told == 0; i++) {
      micros += 100_000_000;
      int unused = hunter.step();
      if (i % 4 == 3 && told == 0) {
        hunter = hunter(); // without its last words
        starts++;
        assertTrue(hunter.begin(ID));
      }
    }
    assertEquals(1, told);
    assertTrue(starts > 1, "it was cut short now and then: " + starts);
    assertEquals(new TreeSet<>(expected), found());
    assertEquals(1, events("hq.result").size());
    List<Json.Obj> begins = events("hunt.start");
    assertFalse(begins.get(0).object("unmapped").flag("resumed", true));
    assertTrue(begins.get(begins.size() - 1).object("unmapped").flag("resumed", false));
    assertFalse(hunter.begin(ID), "nothing is kept of what is over");
  }

  @Test
  void findingsBeyondWhatARecordListsAreCounted() throws Exception {
    for (int i = 0; i < 230; i++) {
      file("f" + i, "x");
    }
    order(search("path", root + "/*"));
    run();
    assertEquals(200, found().size());
    assertEquals(230, events("hunt.end").get(0).number("num_detections"));
    assertEquals(30, events("hunt.end").get(0).object("unmapped").number("unlisted"));
  }

  @Test
  void workIsFollowedByNineTimesAsMuchRest() throws Exception {
    for (int i = 0; i < 40; i++) {
      file("f" + i, "x");
    }
    order(search("path", root + "/*"));
    long idle = 0;
    long busy = 0;
    while (told == 0) {
      hunter.wake();
      int did = hunter.step();
      busy += did;
      idle += did == 0 ? 1 : 0;
      micros += 50_000;
    }
    assertTrue(idle > 3 * busy, "rests " + idle + " of " + busy + " pieces");
  }

  @Test
  void aDeskWaitsSomeOfTheSpreadBeforeItBegins() throws Exception {
    order(search("path", root + "/*").put("spread", 3600));
    micros += 60_000_000;
    for (int i = 0; i < 5; i++) {
      hunter.wake();
      assertEquals(0, hunter.step());
    }
    assertEquals(List.of(), events("hunt.start"));
    micros += 3_600_000_000L;
    run();
  }

  @Test
  void whatMakesNoSenseIsNotKept() {
    assertThrows(
        IllegalArgumentException.class, () -> hunter.prepare(ID, search("sha256", "nothing")));
    assertTrue(Files.notExists(desk.data().resolve("hunts")));
  }
}
