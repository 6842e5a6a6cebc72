package io.waybillguard.agent.event;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Holds each kind of event against the official OCSF 1.8.0 definitions. */
final class OcsfSchemaTest {
  private static final Instant NOON = Instant.parse("2026-06-12T04:00:00.123Z");
  private static final String HASH = "ab".repeat(32);

  private static final UsbDevice STICK =
      new UsbDevice(
          "1-2.3", "0781", "5567", "4C530001", "SanDisk", "Cruzer", List.of("08/06/50"), HASH);
  private static final Volume VOLUME =
      new Volume("/media/STICK", "/dev/sda1", "vfat", "STICK", "1234-ABCD", true, HASH);
  private static final FileRef PROGRAM =
      new FileRef("/home/扫描/.x/wps update", "elf", 70_000, HASH, "", "desk", false, true);
  private static final FileRef UNREADABLE =
      new FileRef("\\", "pe", 5L << 32, "", "larger than 1GiB", "", true, false);
  private static final Origin FROM_STICK =
      new Origin(Origin.Medium.REMOVABLE, "same_hash", "/media/STICK/wps", HASH);
  private static final ProcessRef SHELL = new ProcessRef(4711, "/bin/sh", "desk");
  private static final ProcessRef GONE = new ProcessRef(4712, "", "");

  private static final RemoteSession LOGIN =
      new RemoteSession(
          "s-1",
          "sshd",
          "SSH",
          "courier",
          "203.0.113.7",
          50122,
          "192.0.2.4",
          22,
          "remote",
          "",
          RemoteSession.Confidence.HIGH,
          List.of("socket", "title", "utmp"),
          new ProcessRef(900, "/usr/sbin/sshd", "root"),
          NOON.minusSeconds(3));
  private static final RemoteSession CONTROL =
      new RemoteSession(
          "s-2",
          "todesk",
          "ToDesk",
          "",
          "",
          0,
          "",
          0,
          "shared",
          "?",
          RemoteSession.Confidence.LOW,
          List.of("process"),
          ProcessRef.UNKNOWN,
          NOON);

  /** At least one of each kind, with everything there and with everything missing that may be. */
  private static final List<Event> SAMPLES =
      List.of(
          new ProgramAppeared(NOON, PROGRAM, FROM_STICK, SHELL),
          new ProgramAppeared(
              NOON,
              PROGRAM,
              new Origin(Origin.Medium.REMOVABLE, "same_process", "/media/STICK/wps", ""),
              GONE),
          new ProgramAppeared(NOON, UNREADABLE, Origin.NOT_SEEN_ON_MEDIUM, ProcessRef.UNKNOWN),
          new ProgramStarted(NOON, PROGRAM, FROM_STICK, new ProcessRef(4713, "/x", "desk"), SHELL),
          new ProgramStarted(NOON, UNREADABLE, Origin.NOT_SEEN_ON_MEDIUM, GONE, ProcessRef.UNKNOWN),
          new RemoteSessionStarted(NOON, LOGIN, false),
          new RemoteSessionStarted(NOON, CONTROL, true),
          new RemoteSessionEnded(NOON, LOGIN, Duration.ofSeconds(3), false),
          new RemoteSessionEnded(NOON, CONTROL, Duration.ZERO, true),
          new RemoteLoginsRefused(NOON, NOON.minusSeconds(9), "sshd", "SSH", "203.0.113.7", 40),
          new RemoteLoginsRefused(NOON, NOON, "xrdp", "xrdp 远程桌面", "", 1),
          new SensorBack(NOON, "usb", NOON.minusSeconds(60), NOON, "listed all devices again"),
          new SensorBlind(NOON, "program", NOON.minusSeconds(60), "no permission; run as root"),
          new SensorLive(NOON, "program", true, "folders only; run as root to see everything"),
          new SensorLive(NOON, "usb", false, ""),
          new UsbAttached(NOON, STICK, true),
          new UsbAttached(NOON, device("ff", ""), false),
          new UsbDetached(NOON, STICK, Duration.ofDays(40)),
          new VolumeMounted(NOON, VOLUME),
          new VolumeMounted(NOON, new Volume("E:\\", "", "", "", "", false, "")),
          new VolumeUnmounted(NOON, VOLUME),
          new ImagesHandled(
              NOON,
              NOON.minusSeconds(60),
              ImagesHandled.Act.COPIED,
              new ProcessRef(4714, "/usr/bin/cp", "desk"),
              SHELL,
              false,
              60,
              75,
              61,
              48_000_000,
              "/srv/扫描",
              "/home/desk/.x/1.jpg",
              "wechat"),
          new ImagesHandled(
              NOON,
              NOON,
              ImagesHandled.Act.READ,
              ProcessRef.UNKNOWN,
              ProcessRef.UNKNOWN,
              true,
              0,
              0,
              1,
              0,
              "",
              "",
              ""),
          new BytesSent(
              NOON,
              NOON.minusSeconds(60),
              new ProcessRef(4714, "/usr/bin/curl", "desk"),
              SHELL,
              false,
              new BytesSent.Peer("10.0.0.2", 443, "pan.example", "baidu_netdisk", false),
              48_000_000,
              1_000,
              2),
          new BytesSent(
              NOON,
              NOON,
              ProcessRef.UNKNOWN,
              ProcessRef.UNKNOWN,
              true,
              new BytesSent.Peer("", 0, "", "", false),
              1,
              0,
              9),
          new AgentStarted(
              NOON, "0.1.0", "boot", 77, HASH, HASH, "Asia/Shanghai", "unclean", 256, "killed"),
          new AgentStarted(NOON, "0.1.0", "", 0, "", HASH, "Asia/Shanghai", "first", 0, ""),
          new AgentStopped(NOON, "0.1.0", "signal"),
          new ClockJumped(NOON, Duration.ofDays(-3650)),
          new CommandReceived(
              NOON,
              "0123456789abcdef0123456789abcdef",
              "hold",
              CommandReceived.Verdict.TAKEN,
              "",
              Json.object().put("case", "HZ-2026-117").put("from", 3).put("to", 90),
              NOON.plusSeconds(3600)),
          new CommandReceived(
              NOON,
              "",
              "",
              CommandReceived.Verdict.REFUSED,
              "it is not signed by hq.example/commands1",
              Json.object(),
              Instant.EPOCH),
          new CommandEnded(
              NOON,
              "0123456789abcdef0123456789abcdef",
              "erase",
              CommandEnded.Outcome.DONE,
              "",
              Map.of("erased", 3L, "held", 1L, "absent", 0L)),
          new HoldPlaced(NOON, "HZ-2026-117", new Span(3, 90)),
          new HoldReleased(NOON, "HZ-2026-117", new Span(3, 90)),
          new RecordsErased(NOON, List.of(new Span(0, 4), new Span(7, 8)), 0, "personal", ""),
          new RecordsErased(NOON, List.of(new Span(0, 4)), 1, "", "request-1"),
          new StoreFull(NOON, "disk full", 12, 16 << 20),
          new KeyHandedOver(NOON, 1, "waybill-guard.local/agent/0+aabbccdd+AQ=="),
          incident(IncidentChanged.Change.NEW),
          incident(IncidentChanged.Change.UPDATE),
          incident(IncidentChanged.Change.CLOSE),
          new LogRecovered(NOON, "a/agent/0", 7, "cm9vdA==", "log-1.db", "rolled back"),
          new LogRecovered(NOON, "", 0, "", "", "unreadable"),
          new RecordsLost(NOON, NOON.minusSeconds(9), NOON, Map.of("usb.attach", 3L), "inbox full"),
          new RuleSwitchedOff(NOON, "program-from-removable-media", "divided by zero"),
          new Finding(
              NOON,
              "program-from-removable-media",
              Severity.HIGH,
              List.of(3L, 4L),
              Json.object().put("path", "/x").put("count", 2)),
          new Finding(NOON, "log-rolled-back", Severity.CRITICAL, List.of(), Json.object()));

  private static final List<Desk> DESKS =
      List.of(
          new Desk(
              "0123456789abcdef",
              "HZ-0571",
              "desk-3",
              new Desk.Os(200, "Debian GNU/Linux", "12"),
              "6f9c",
              ZoneId.of("Asia/Shanghai"),
              "0.1.0"),
          new Desk(
              "0123456789abcdef",
              "",
              "",
              new Desk.Os(100, "Windows", ""),
              "6f9c",
              ZoneId.of("America/St_Johns"),
              "0.1.0"));

  private static IncidentChanged incident(IncidentChanged.Change change) {
    return new IncidentChanged(
        NOON,
        change,
        "0123456789abcdef-3-4",
        Severity.HIGH,
        NOON.minusSeconds(60),
        List.of(
            new IncidentChanged.Step(
                4,
                NOON.minusSeconds(60),
                "unknown-usb-storage",
                Severity.LOW,
                List.of(3L),
                List.of("device:" + HASH))),
        2);
  }

  @Test
  void anIncidentIsReadBackAsItWas() throws Exception {
    for (IncidentChanged.Change change : IncidentChanged.Change.values()) {
      IncidentChanged incident = incident(change);
      assertEquals(Optional.of(incident), Recall.incident(DESKS.get(0).body(incident, 7, NOON)));
    }
    assertEquals(
        Optional.empty(),
        Recall.incident(DESKS.get(0).body(new UsbAttached(NOON, STICK, true), 7, NOON)));
  }

  private static UsbDevice device(String usbClass, String serial) {
    return new UsbDevice("1-1", "046d", "c31c", serial, "", "", List.of(usbClass + "/01/01"), HASH);
  }

  /** One device for every type that we can name, since each has another {@code type_id}. */
  private static Stream<Event> devicesOfEveryType() {
    return Stream.of("08", "03", "e0", "07", "0e", "09", "ff")
        .map(usbClass -> new UsbAttached(NOON, device(usbClass, "1"), false));
  }

  @TestFactory
  List<DynamicTest> everyEventKeepsToTheSchema() throws Exception {
    OcsfSchema schema = OcsfSchema.carried();
    List<DynamicTest> tests = new ArrayList<>();
    for (Event event : Stream.concat(SAMPLES.stream(), devicesOfEveryType()).toList()) {
      for (Desk desk : DESKS) {
        tests.add(
            DynamicTest.dynamicTest(
                event.getClass().getSimpleName() + " at " + desk.os().name(),
                () -> {
                  Json.Obj body = Json.parse(desk.body(event, 7, NOON.plusMillis(3)));
                  assertEquals(List.of(), schema.violations(body));
                }));
      }
    }
    return tests;
  }

  @TestFactory
  List<DynamicTest> everyObservationIsReadBackAsItWas() {
    List<DynamicTest> tests = new ArrayList<>();
    for (Event event : Stream.concat(SAMPLES.stream(), devicesOfEveryType()).toList()) {
      tests.add(
          DynamicTest.dynamicTest(
              event.getClass().getSimpleName(),
              () -> {
                Optional<Observation> back =
                    Recall.observation(DESKS.get(0).body(event, 7, NOON.plusMillis(3)));
                Optional<Event> wanted =
                    event instanceof Observation ? Optional.of(event) : Optional.empty();
                assertEquals(wanted, back);
              }));
    }
    return tests;
  }

  @Test
  void everyKindOfEventHasASample() {
    Set<String> kinds = new TreeSet<>();
    kindsBelow(Event.class).forEach(kind -> kinds.add(kind.getSimpleName()));
    Set<String> sampled = new TreeSet<>();
    SAMPLES.forEach(sample -> sampled.add(sample.getClass().getSimpleName()));
    assertEquals(kinds, sampled);
  }

  private static Stream<Class<?>> kindsBelow(Class<?> sealed) {
    return sealed.isSealed()
        ? Arrays.stream(sealed.getPermittedSubclasses()).flatMap(OcsfSchemaTest::kindsBelow)
        : Stream.of(sealed);
  }

  @Test
  void everyKindOfEventHasATypeOfItsOwn() {
    Map<String, String> kindOfType = new TreeMap<>();
    for (Event event : SAMPLES) {
      assertTrue(event.type().matches("[a-z]+\\.[a-z]+"), event.type());
      String kind = event.getClass().getSimpleName();
      assertEquals(kind, kindOfType.getOrDefault(event.type(), kind), event.type());
      kindOfType.put(event.type(), kind);
    }
  }

  @Test
  void theLeafOfAnEventNamesNobody() {
    for (Event event : SAMPLES) {
      String leaf = event.leaf().toString();
      for (String personal :
          List.of("desk", "扫描", "wps", "STICK", "4C530001", "/home", "/media", "/bin")) {
        assertFalse(leaf.contains(personal), () -> event.type() + " says " + leaf);
      }
    }
  }

  @Test
  void whoDidItIsSaidOrSaidToBeUnknown() throws Exception {
    Desk desk = DESKS.get(0);
    Json.Obj known =
        Json.parse(desk.body(new ProgramAppeared(NOON, PROGRAM, FROM_STICK, SHELL), 0, NOON));
    assertEquals(4711, known.object("actor").object("process").number("pid"));
    Json.Obj unknown = Json.parse(desk.body(new UsbAttached(NOON, STICK, false), 0, NOON));
    assertEquals("none", unknown.object("actor").object("user").text("name"));
  }

  @Test
  void whatTheLogKnowsIsInEveryBody() throws Exception {
    Json.Obj body = Json.parse(DESKS.get(0).body(SAMPLES.get(0), 7, NOON.plusMillis(3)));
    assertEquals("0123456789abcdef-7", body.object("metadata").text("uid"));
    assertEquals(7, body.object("metadata").number("sequence"));
    assertEquals(NOON.toEpochMilli() + 3, body.object("metadata").number("logged_time"));
    assertEquals(NOON.toEpochMilli(), body.number("time"));
    assertEquals(480, body.number("timezone_offset"));
    assertEquals("HZ-0571", body.object("device").object("org").text("ou_uid"));
  }

  @Test
  void theCheckerSeesEachWayOfDeparting() throws Exception {
    String good =
        Desk.text(DESKS.get(0).body(new UsbAttached(NOON, device("ff", "1"), false), 7, NOON));
    List<Map.Entry<String, String>> mistakes =
        List.of(
            Map.entry("\"class_uid\":1010", "\"class_uid\":1099"),
            Map.entry("\"category_uid\":1", "\"category_uid\":2"),
            Map.entry("\"type_uid\":101001", "\"type_uid\":101002"),
            Map.entry("\"activity_id\":1", "\"activity_id\":98"),
            Map.entry("\"severity_id\":1,", ""),
            Map.entry("\"severity_id\":1", "\"severity_id\":\"1\""),
            Map.entry("\"severity_id\":1,\"time\"", "\"severity_id\":7,\"time\""),
            Map.entry("\"time\":", "\"tyme\":1,\"time\":"),
            Map.entry("\"vendor_id_list\":[\"046d\"]", "\"vendor_id_list\":\"046d\""),
            Map.entry("\"vendor_id_list\":[\"046d\"]", "\"vendor_id_list\":[46]"),
            Map.entry("\"type\":\"Other\",", ""),
            Map.entry("\"user\":{\"name\":\"none\",\"type_id\":0}", ""),
            Map.entry(
                "\"name\":\"Waybill Guard\",\"vendor_name\"", "\"nam\":\"x\",\"vendor_name\""),
            Map.entry("\"timezone_offset\":480", "\"timezone_offset\":4294967296"));
    OcsfSchema schema = OcsfSchema.carried();
    assertEquals(List.of(), schema.violations(Json.parse(good.getBytes(UTF_8))));
    for (Map.Entry<String, String> mistake : mistakes) {
      String bad = good.replaceFirst(Pattern.quote(mistake.getKey()), mistake.getValue());
      assertNotEquals(good, bad, mistake.getKey());
      assertNotEquals(List.of(), schema.violations(Json.parse(bad.getBytes(UTF_8))), bad);
    }
  }
}
