package io.waybillguard.agent.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.Seen;
import io.waybillguard.agent.event.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The sensors are switched off but in the one test that is about them: they are this machine's. */
final class DoctorTest {
  private static final Instant NOON = Instant.parse("2026-06-12T04:00:00Z");
  private static final String NO_SENSORS =
      "sensors:\n  usb:\n    enabled: false\n  program:\n    enabled: false\n";

  @TempDir private Path root;

  @BeforeEach
  void switchSensorsOff() throws Exception {
    settings(NO_SENSORS);
  }

  private void settings(String yaml) throws Exception {
    Files.createDirectories(root.resolve("config"));
    Files.writeString(root.resolve("config/agent.yaml"), yaml);
  }

  @Test
  void everyLineIsNumberedAndWhatFailsSaysWhatToDo() throws Exception {
    CalledMain called = doctor("--json");
    Json.Obj found = json(called);
    List<Json.Obj> lines = found.objects("lines");
    for (int i = 0; i < lines.size(); i++) {
      Json.Obj line = lines.get(i);
      assertEquals(i + 1, line.number("no"));
      assertFalse(line.text("what").isEmpty());
      assertFalse(line.text("detail").isEmpty());
      assertEquals(line.flag("ok", false), line.text("do").isEmpty(), line::toString);
    }
    assertEquals(
        List.of(
            "rights",
            "parts",
            "settings",
            "data",
            "log",
            "hq",
            "clock",
            "sensor.usb",
            "sensor.program",
            "sensor.image",
            "sensor.upload",
            "sensor.session",
            "sensor.persistence",
            "sensor.presence"),
        lines.stream().map(l -> l.text("id", "")).toList());
    assertFalse(found.flag("ok", true), "a sensor that is switched off does not see");
    assertEquals(Exit.FAILED.code(), called.code());
  }

  @Test
  void peopleReadTheSameLinesOneAfterTheOther() {
    CalledMain called = doctor();
    List<String> lines = called.out().lines().toList();
    assertTrue(lines.get(0).startsWith("1.  权限  "), called.out());
    assertTrue(
        lines.stream().anyMatch(l -> l.matches("8\\.  U盘和USB设备 +要处理 +在 agent.yaml 里关掉了.*")),
        called.out());
    assertFalse(
        called.out().replaceAll("\\s+", " ").matches(".*\\b[a-z]{3,} [a-z]{3,} [a-z]{3,}\\b.*"),
        () -> "somebody reads this out on the phone: " + called.out());
    assertTrue(called.out().contains("  怎么做：按提示处理后，"), called.out());
    assertTrue(lines.get(lines.size() - 1).contains("“第 "), called.out());
    assertTrue(lines.stream().allMatch(l -> Columns.of(l) <= Columns.WIDTH), called.out());
    assertFalse(Files.exists(root.resolve("data")), "looking makes nothing");
  }

  @Test
  void aWrongSettingIsNamedWithItsPlace() throws Exception {
    settings(NO_SENSORS + "report:\n  every: 30\n");
    Json.Obj line = line("settings");
    assertFalse(line.flag("ok", true));
    assertTrue(line.text("detail").startsWith("config/agent.yaml:7: report.every"), line::toString);
  }

  @Test
  void aSoundLogIsGoodAndAForgedOneIsNot() throws Exception {
    try (TestHome home = TestHome.in(root, NOON)) {
      home.record(Seen.attached(NOON, "A"), Seen.detached(NOON, "A"));
      assertTrue(line("log").text("detail").startsWith("2 条记录，"));
      assertTrue(line("data").flag("ok", false));
      home.tamper("UPDATE leaf SET data=(SELECT data FROM leaf WHERE idx=0) WHERE idx=1");
      Json.Obj line = line("log");
      assertFalse(line.flag("ok", true));
      assertEquals("record 1 is not the one that was written", line.text("detail"));
    }
  }

  @Test
  void whatCannotBeKnownIsSaidAndIsNoFault() throws Exception {
    for (String id : List.of("data", "log", "hq", "clock")) {
      Json.Obj line = line(id);
      assertTrue(line.flag("ok", false), id);
      assertFalse(line.flag("known", true), id);
    }
  }

  @Test
  void anHqThatIsNotReachedIsAFaultAndTheClockIsNotKnown() throws Exception {
    try (TestHome home = TestHome.in(root, NOON)) {
      home.enrol();
      assertFalse(line("hq").flag("ok", true));
      assertTrue(line("hq").text("detail").contains("https://hq.example:8443"));
      assertFalse(line("clock").flag("known", true));
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void theRealSensorOfProgramsIsShownAProgramAndSeesIt() throws Exception {
    settings("sensors:\n  usb:\n    enabled: false\n");
    Json.Obj line = line("sensor.program");
    assertTrue(line.text("detail").startsWith("放了一个测试程序，看见了。"), line::toString);
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void thePlantedProgramIsGoneAfterwards() throws Exception {
    Path file;
    try (PlantedProgram planted = PlantedProgram.plant()) {
      file = planted.file();
      byte[] head = Files.readAllBytes(file);
      assertEquals(0x7f, head[0]);
      assertEquals('E', head[1]);
    }
    assertFalse(Files.exists(file.getParent()));
  }

  @Test
  void aRunningAgentsBlindSensorIsAFaultAndAStartingOneIsNotKnown() throws Exception {
    try (TestHome home = TestHome.in(root, NOON);
        DataLock lock = DataLock.take(home.data()).orElseThrow()) {
      assertTrue(lock != null);
      assertFalse(line("sensors").flag("known", true));
      Json.Obj told =
          Json.object()
              .put("pid", ProcessHandle.current().pid())
              .put(
                  "sensors",
                  List.of(
                      Json.object()
                          .put("name", "usb")
                          .put("state", "blind")
                          .put("since", Times.rfc3339(NOON.plus(Duration.ofSeconds(1))))
                          .put("detail", "netlink is not permitted")));
      Files.write(home.data().resolve("status.json"), told.canonical());
      Json.Obj line = line("sensor.usb");
      assertFalse(line.flag("ok", true));
      assertEquals("netlink is not permitted", line.text("detail"));
    }
  }

  private Json.Obj line(String id) throws Exception {
    CalledMain called = doctor("--json");
    return json(called).objects("lines").stream()
        .filter(l -> l.text("id", "").equals(id))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no line " + id + ": " + called.out()));
  }

  private CalledMain doctor(String... args) {
    String[] all = new String[args.length + 1];
    all[0] = "doctor";
    System.arraycopy(args, 0, all, 1, args.length);
    return CalledMain.in(Language.ZH, root, all);
  }

  private static Json.Obj json(CalledMain called) throws Exception {
    return Json.parse(called.out().strip().getBytes(StandardCharsets.UTF_8));
  }
}
