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
  private static final Presence AT_DESK =
      new Presence(
          Presence.State.ATTENDED,
          "desk",
          java.util.Optional.of(Instant.parse("2026-06-12T04:00:00Z")),
          Presence.Lock.UNLOCKED,
          "");

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

  private static final AutostartEntry UNIT =
      new AutostartEntry(
          "systemd_units",
          "/etc/systemd/system/扫描.service",
          "扫描.service",
          "desk",
          "/home/desk/.x/wps --token ***",
          PROGRAM,
          true);
  private static final AutostartEntry JOB =
      new AutostartEntry(
          "cron", "/var/spool/cron/crontabs/desk", "@reboot", "desk", "/bin/wps", UNREADABLE, true);
  private static final AutostartEntry BARE_JOB =
      new AutostartEntry("cron", "/etc/x", "x", "", "", AutostartEntry.NO_PROGRAM, false);

  private static FileRef imprinted(Imprint imprint) {
    return new FileRef(
        "C:\\Users\\Public\\setup.exe",
        "pe",
        70_000,
        HASH,
        "",
        "desk",
        false,
        true,
        new FileTraits(-1, "", FileTraits.Packaged.UNKNOWN, "open_to_all", imprint));
  }

  /** At least one of each kind, with everything there and with everything missing that may be. */
  private static final List<Event> SAMPLES =
      List.of(
          new AutostartChanged(NOON, AutostartChanged.Change.APPEARED, UNIT, "/bin/sh", true),
          new AutostartChanged(NOON, AutostartChanged.Change.CHANGED, UNIT, ""),
          new AutostartChanged(NOON, AutostartChanged.Change.VANISHED, UNIT, ""),
          new AutostartChanged(NOON, AutostartChanged.Change.APPEARED, JOB, ""),
          new AutostartChanged(NOON, AutostartChanged.Change.CHANGED, JOB, ""),
          new AutostartChanged(NOON, AutostartChanged.Change.VANISHED, BARE_JOB, ""),
          new AutostartBurst(
              NOON, NOON.minusSeconds(9), 60, 7, 0, List.of("cron"), List.of("a"), HASH, false),
          new AutostartBaseline(NOON, AutostartBaseline.Why.FIRST, 1_234, HASH, "", ""),
          new AutostartBaseline(NOON, AutostartBaseline.Why.DAMAGED, 0, HASH, "", "not JSON"),
          new AutostartBaseline(NOON, AutostartBaseline.Why.REPLACED, 9, HASH, "root", ""),
          new SweepStarted(NOON, 1, "schedule"),
          new SweepFinished(NOON, 1, "root", 400, 900, 2, Duration.ofSeconds(9), 0),
          new ProgramAppeared(NOON, PROGRAM, FROM_STICK, SHELL),
          new ProgramAppeared(
              NOON,
              PROGRAM,
              new Origin(Origin.Medium.REMOVABLE, "same_process", "/media/STICK/wps", ""),
              GONE),
          new ProgramAppeared(
              NOON,
              new FileRef(
                  "/usr/bin/tool",
                  "elf",
                  70_000,
                  HASH,
                  "",
                  "root",
                  false,
                  true,
                  new FileTraits(04755, "tools", FileTraits.Packaged.CHANGED, "deceptive_name")),
              Origin.NOT_SEEN_ON_MEDIUM.by(Origin.Way.BROWSER, "dl.example"),
              SHELL),
          new ProgramAppeared(
              NOON,
              imprinted(
                  new Imprint(
                      "\u5317\u65b9\u8f6f\u4ef6",
                      "Receiver",
                      "7.2",
                      "setup.exe",
                      new Imprint.Signature(
                          Imprint.State.TRUSTED,
                          "North Software",
                          "Some CA",
                          "1f",
                          HASH,
                          "",
                          "a.cat"))),
              FROM_STICK,
              SHELL),
          new ProgramAppeared(
              NOON,
              imprinted(new Imprint("", "", "1.0", "", Imprint.Signature.MISSING)),
              FROM_STICK,
              SHELL),
          new ProgramAppeared(
              NOON,
              imprinted(
                  new Imprint(
                      "",
                      "",
                      "1.0",
                      "",
                      new Imprint.Signature(
                          Imprint.State.UNCHECKED, "", "", "", "", "the service is off"))),
              FROM_STICK,
              SHELL),
          new ProgramAppeared(
              NOON,
              imprinted(
                  new Imprint(
                      "",
                      "",
                      "",
                      "",
                      new Imprint.Signature(
                          Imprint.State.BROKEN, "", "", "", "", "its signature is cut off"))),
              FROM_STICK,
              SHELL),
          new ProgramStarted(
              NOON,
              PROGRAM,
              FROM_STICK,
              GONE,
              SHELL,
              List.of(SHELL, GONE, new ProcessRef(1, "", "")),
              12),
          new ProgramsAppeared(
              NOON,
              NOON.minusSeconds(9),
              new ProcessRef(4720, "/usr/bin/apt-get", "root"),
              3_000,
              1,
              48_000_000,
              List.of(new ProgramsAppeared.Share("/usr/bin", 2_990)),
              List.of("tools"),
              1,
              HASH),
          new ProgramsAppeared(
              NOON, NOON, ProcessRef.UNKNOWN, 4, 0, 0, List.of(), List.of(), 0, HASH),
          new ProgramAppeared(NOON, UNREADABLE, Origin.NOT_SEEN_ON_MEDIUM, ProcessRef.UNKNOWN),
          new OperatorSignedOn(NOON, "李雷", "courier", OperatorSignedOn.How.COMMAND),
          new OperatorSignedOff(NOON, "李雷", "", OperatorSignedOn.How.TERMINAL),
          new VisitorExpected(NOON, "合作方 王", NOON, NOON.plusSeconds(3600), "lin"),
          new VisitBegun(
              NOON, "5f".repeat(16), "合作方 王", NOON, NOON.plusSeconds(3600), 120, 3, 2, HASH),
          new VisitEnded(
              NOON,
              "5f".repeat(16),
              "合作方 王",
              NOON,
              NOON.plusSeconds(3600),
              VisitEnded.Compared.YES,
              List.of(
                  new VisitChange("autostart", "appeared", "sync.service", "/etc/systemd/system"),
                  new VisitChange("usb", "vanished", "Cruzer", "")),
              3,
              List.of("usb: not permitted")),
          new VisitEnded(
              NOON,
              "5f".repeat(16),
              "王",
              NOON,
              NOON.plusSeconds(1),
              VisitEnded.Compared.NOT_BEFORE,
              List.of(),
              0,
              List.of()),
          new PresenceChanged(NOON, AT_DESK, Presence.UNSEEN),
          new PresenceChanged(NOON, Presence.UNSEEN, AT_DESK),
          new ProgramStarted(NOON, PROGRAM, FROM_STICK, new ProcessRef(4713, "/x", "desk"), SHELL),
          new ProgramStarted(NOON, UNREADABLE, Origin.NOT_SEEN_ON_MEDIUM, GONE, ProcessRef.UNKNOWN),
          new RemoteSessionStarted(NOON, LOGIN, false),
          new RemoteSessionStarted(NOON, CONTROL, true),
          new RemoteSessionEnded(NOON, LOGIN, Duration.ofSeconds(3), false),
          new RemoteSessionEnded(NOON, CONTROL, Duration.ZERO, true),
          new RemoteLoginsRefused(NOON, NOON.minusSeconds(9), "sshd", "SSH", "203.0.113.7", 40),
          new RemoteLoginsRefused(NOON, NOON, "xrdp", "xrdp 远程桌面", "", 1),
          new SensorBack(NOON, "usb", NOON.minusSeconds(60), NOON, "listed all devices again"),
          new SensorProved(NOON, "program", 312, "/tmp/probe-7f3a/self-test.elf", 4711),
          new ProgramStarted(
              NOON,
              new FileRef("/media/S/run.py", "script", 9, "ab12", "", "desk", true, false),
              Origin.NOT_SEEN_ON_MEDIUM,
              new ProcessRef(50, "/usr/bin/python3.11", "desk"),
              ProcessRef.UNKNOWN,
              List.of(),
              1,
              "/usr/bin/python3.11",
              "python3 /media/S/run.py --token ***"),
          new SensorProved(NOON, "presence", 40, "/dev/input/event3 -77123", -1),
          new SensorSilent(NOON, "upload", Duration.ofSeconds(30), "40123"),
          new SensorBlind(NOON, "program", NOON.minusSeconds(60), "no permission; run as root"),
          new SensorLive(NOON, "program", true, "folders only; run as root to see everything"),
          new SensorLive(NOON, "usb", false, ""),
          new UsbAttached(NOON, STICK, true),
          new UsbAttached(NOON, STICK, false, Optional.of(NOON.minusSeconds(90))),
          new UsbAttached(NOON, device("ff", ""), false),
          new UsbDetached(NOON, STICK, Duration.ofDays(40)),
          new UsbDetached(NOON, STICK, Duration.ofDays(40), Removal.EJECTED, false),
          new UsbDetached(NOON, STICK, Duration.ofDays(40), Removal.PULLED, true),
          new UsbAttached(NOON, known(), false),
          new VolumeUnmounted(NOON, VOLUME, Removal.PULLED),
          new VolumeMounted(
              NOON,
              new Volume(
                  "/mnt/u",
                  "/dev/mapper/u",
                  "ext4",
                  "U",
                  "f0",
                  true,
                  HASH,
                  new VolumeDetails(64 << 20, 1, true, "ro", "luks2", "/mnt/u.iso", "/sub"))),
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
          new AgentInstalled(NOON, "0.1.0", AgentInstalled.Act.INSTALLED, "", "0.1.0"),
          new AgentInstalled(NOON, "0.2.0", AgentInstalled.Act.REINSTALLED, "0.1.0", "0.2.0"),
          new AgentInstalled(NOON, "0.2.0", AgentInstalled.Act.UPGRADED, "0.1.0", "0.2.0"),
          new AgentInstalled(NOON, "0.1.0", AgentInstalled.Act.ROLLED_BACK, "0.2.0", "0.1.0"),
          new AgentInstalled(NOON, "0.1.0", AgentInstalled.Act.REMOVED, "0.1.0", ""),
          new AgentInstalled(NOON, "0.1.0", AgentInstalled.Act.REMOVED, "0.1.0", "", "2026-11-28"),
          new AgentInstalled(
              NOON, "0.1.0", AgentInstalled.Act.REMOVAL_REFUSED, "0.1.0", "0.1.0", "wrong"),
          new AgentStopped(NOON, "0.1.0", "signal"),
          new HuntStarted(NOON, "5f".repeat(16), "同城云盘", List.of("sha256", "sigma"), true),
          new HuntFinished(
              NOON,
              "5f".repeat(16),
              "同城云盘",
              new HuntFinished.Looked(120_000, 900, 3),
              Duration.ofMinutes(50),
              List.of(
                  new HuntFinding("sha256", HASH, "/home/desk/.x/wps", HASH, -1),
                  new HuntFinding("usb", "0781:5567", "SanDisk Cruzer", "", 17)),
              4),
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
          new CommandEnded(
              NOON,
              "0123456789abcdef0123456789abcdef",
              "update",
              CommandEnded.Outcome.ROLLED_BACK,
              "sensor usb: blind",
              Map.of()),
          update(AgentUpdate.Step.FETCHED),
          update(AgentUpdate.Step.INSTALLED),
          new DisposalBegun(
              NOON, disposal(new Disposal.BlockAddress("203.0.113.0/24", 443), false, "")),
          new DisposalBegun(
              NOON, disposal(new Disposal.HoldStick("0123456789abcdef".repeat(2)), true, "root")),
          new DisposalEnded(
              NOON,
              disposal(new Disposal.Quarantine("/x/y", "0123456789abcdef".repeat(4)), false, ""),
              DisposalEnded.Outcome.REFUSED,
              "packaged"),
          new DisposalEnded(
              NOON,
              disposal(new Disposal.EndSession("tcp-3-4-22"), false, ""),
              DisposalEnded.Outcome.DONE,
              ""),
          new DisposalEnded(
              NOON,
              disposal(new Disposal.BlockProgram("/x/y"), true, "root"),
              DisposalEnded.Outcome.INTERRUPTED,
              ""),
          act(HqAct.Deed.SIGN_IN, "li", "203.0.113.7", "", ""),
          act(HqAct.Deed.SIGN_IN_REFUSED, "", "203.0.113.7", "", ""),
          act(HqAct.Deed.SIGN_OUT, "li", "2001:db8::7", "", ""),
          act(HqAct.Deed.LOOK, "li", "203.0.113.7", "0123456789abcdef/7", ""),
          act(HqAct.Deed.SEARCH, "li", "203.0.113.7", "", "kind=usb.attach"),
          act(HqAct.Deed.COMMAND, "os:root", "", "0123456789abcdef", "erase 3-4"),
          act(HqAct.Deed.USER_ADD, "os:root", "", "li", "viewer"),
          act(HqAct.Deed.USER_ROLE, "os:root", "", "li", "admin"),
          act(HqAct.Deed.REMOVAL_CODE, "li", "", "0123456789abcdef", "gone"),
          new HoldPlaced(NOON, "HZ-2026-117", new Span(3, 90)),
          new HoldReleased(NOON, "HZ-2026-117", new Span(3, 90)),
          new RecordsErased(NOON, List.of(new Span(0, 4), new Span(7, 8)), 0, "personal", ""),
          new RecordsErased(NOON, List.of(new Span(0, 4)), 1, "", "request-1"),
          new StoreFull(NOON, "disk full", 12, 16 << 20),
          new KeyHandedOver(NOON, 1, "waybill-guard.local/agent/0+aabbccdd+AQ=="),
          incident(IncidentChanged.Change.NEW),
          incident(IncidentChanged.Change.UPDATE),
          incident(IncidentChanged.Change.CLOSE),
          new NoticeShown(
              NOON,
              "log-3-4",
              "有人正在远程登录这台电脑",
              2,
              NoticeShown.Way.WINDOW,
              "courier",
              Duration.ofMillis(900)),
          answered(NoticeAnswered.Answer.EXPECTED, "", "李梅"),
          answered(NoticeAnswered.Answer.UNKNOWN, "courier", ""),
          answered(NoticeAnswered.Answer.LATER, "", ""),
          new NoticeUnanswered(NOON, "log-3-4", "courier", Duration.ofSeconds(60)),
          new NoticeImpossible(NOON, "log-3-4", "nobody is logged in at the screen"),
          new LogRecovered(NOON, "a/agent/0", 7, "cm9vdA==", "log-1.db", "rolled back"),
          new LogRecovered(NOON, "", 0, "", "", "unreadable"),
          new RecordsLost(NOON, NOON.minusSeconds(9), NOON, Map.of("usb.attach", 3L), "inbox full"),
          new PolicyChanged(
              NOON, 6, 7, "0f".repeat(32), "ab".repeat(32), "双十一", PolicyChanged.Cause.HQ, ""),
          new RuleSwitchedOff(NOON, "program-from-removable-media", "divided by zero"),
          new Finding(
              NOON,
              "program-from-removable-media",
              Severity.HIGH,
              List.of(3L, 4L),
              Json.object().put("path", "/x").put("count", 2)),
          new Finding(NOON, "log-rolled-back", Severity.CRITICAL, List.of(), Json.object()));

  private static NoticeAnswered answered(
      NoticeAnswered.Answer answer, String account, String operator) {
    return new NoticeAnswered(
        NOON,
        "log-3-4",
        answer,
        account,
        operator,
        NoticeAnswered.How.SCANNER,
        NoticeAnswered.Place.LOCAL,
        Duration.ofSeconds(7));
  }

  private static DisposalOrder disposal(Disposal what, boolean undo, String who) {
    return new DisposalOrder(
        "0123456789abcdef".repeat(2),
        "fedcba9876543210".repeat(2),
        what,
        undo,
        who.isEmpty() ? DisposalOrder.By.HQ : DisposalOrder.By.DESK,
        who,
        "log-3-4");
  }

  private static HqAct act(HqAct.Deed deed, String who, String place, String about, String detail) {
    return new HqAct(NOON, deed, who, place, about, detail);
  }

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

  /** A device of which everything is known. */
  private static UsbDevice known() {
    return new UsbDevice(
        "1-2.3",
        "0781",
        "5567",
        "4C530001",
        "",
        "",
        List.of("08/06/50", "03/01/01"),
        HASH,
        new UsbDetails(
            "0000:00:14.0",
            List.of("1-2 05e3:0608"),
            "480",
            true,
            false,
            List.of("MTP"),
            List.of("ff/42/01"),
            List.of(new UsbDetails.Input("Keyboard", true, true)),
            List.of("device: 3 bytes, 18 were expected"),
            true));
  }

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
                List.of("device:" + HASH),
                new TreeMap<>(Map.of("path", "Cruzer Blade", "serial_end", "4F2A")))),
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
                byte[] body = DESKS.get(0).body(event, 7, NOON.plusMillis(3));
                Optional<Observation> back = Recall.observation(body);
                assertEquals(event instanceof Observation, back.isPresent());
                if (back.isPresent()) {
                  assertEquals(event.getClass(), back.get().getClass());
                  assertEquals(
                      Desk.text(body),
                      Desk.text(DESKS.get(0).body(back.get(), 7, NOON.plusMillis(3))));
                }
              }));
    }
    return tests;
  }

  @TestFactory
  List<DynamicTest> everyDeedAtHqKeepsToTheSchema() throws Exception {
    OcsfSchema schema = OcsfSchema.carried();
    return Arrays.stream(HqAct.Deed.values())
        .map(deed -> act(deed, "li", "203.0.113.7", "0123456789abcdef", "reason"))
        .map(
            act ->
                DynamicTest.dynamicTest(
                    act.deed().word(),
                    () ->
                        assertEquals(
                            List.of(),
                            schema.violations(Json.parse(DESKS.get(0).body(act, 7, NOON))))))
        .toList();
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

  private static AgentUpdate update(AgentUpdate.Step step) {
    return new AgentUpdate(
        NOON, "0123456789abcdef".repeat(2), step, "0.1.0", "0.1.1", "0123456789abcdef".repeat(4));
  }
}
