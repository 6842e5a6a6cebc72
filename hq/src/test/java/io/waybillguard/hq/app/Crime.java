package io.waybillguard.hq.app;

import io.waybillguard.agent.event.AutostartChanged;
import io.waybillguard.agent.event.AutostartChanged.Change;
import io.waybillguard.agent.event.AutostartEntry;
import io.waybillguard.agent.event.BytesSent;
import io.waybillguard.agent.event.Event;
import io.waybillguard.agent.event.FileRef;
import io.waybillguard.agent.event.Finding;
import io.waybillguard.agent.event.ImagesHandled;
import io.waybillguard.agent.event.IncidentChanged;
import io.waybillguard.agent.event.IncidentChanged.Step;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.Origin;
import io.waybillguard.agent.event.Presence;
import io.waybillguard.agent.event.PresenceChanged;
import io.waybillguard.agent.event.ProcessRef;
import io.waybillguard.agent.event.ProgramAppeared;
import io.waybillguard.agent.event.RemoteSession;
import io.waybillguard.agent.event.RemoteSessionEnded;
import io.waybillguard.agent.event.RemoteSessionStarted;
import io.waybillguard.agent.event.Severity;
import io.waybillguard.agent.event.UsbAttached;
import io.waybillguard.agent.event.UsbDetached;
import io.waybillguard.agent.event.UsbDevice;
import io.waybillguard.agent.evidence.EvidenceException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The crime in a desk's log, as the agent writes it: a stick, a program off it that starts by
 * itself, a remote login four days later, images carried off; with a finding after each and the
 * incident after each finding.
 */
final class Crime {
  static final String STICK = "5e".repeat(16);
  static final String SHA256 = "3d".repeat(32);
  private static final String PROGRAM = "C:\\Users\\scan\\AppData\\wpsupdate.exe";
  private static final long IMAGES = 1204;
  private static final long BYTES = 512L << 20;

  private static final UsbDevice DEVICE =
      new UsbDevice(
          "1-4", "0781", "5567", "4C530001234F2A", "SanDisk", "Cruzer", List.of("08/06/50"), STICK);
  private static final FileRef FILE =
      new FileRef(PROGRAM, "pe", 1_843_200, SHA256, "", "scan", false, true);
  private static final Origin OFF_THE_STICK =
      new Origin(Origin.Medium.REMOVABLE, "same_hash", "E:\\wpsupdate.exe", STICK);
  private static final AutostartEntry RUN_KEY =
      new AutostartEntry(
          "run_keys",
          "HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Run",
          "wps",
          "scan",
          PROGRAM,
          FILE,
          true);
  private static final ProcessRef THIEF = new ProcessRef(4242, PROGRAM, "scan");

  private final Desk desk;
  private final Instant begin;
  private final List<Step> steps = new ArrayList<>();
  private final io.waybillguard.agent.event.Desk machine;
  private String uid = "";

  private Crime(Desk desk, Instant begin) throws EvidenceException {
    this.desk = desk;
    this.machine =
        new io.waybillguard.agent.event.Desk(
            desk.logId(),
            "台-3",
            "HZ-001",
            new io.waybillguard.agent.event.Desk.Os(100, "Windows 10", "22H2"),
            "7f1c3d52-6f3e-4d7a-9a52-0d9d1c1d9d10",
            ZoneId.of("Asia/Shanghai"),
            "0.1.0");
    this.begin = begin;
  }

  /**
   * Writes it into a log.
   *
   * @return the incident's id
   */
  static String in(Desk desk, Instant begin) throws EvidenceException {
    Crime crime = new Crime(desk, begin);
    crime.happens();
    return crime.uid;
  }

  private void happens() throws EvidenceException {
    presence(Duration.ofMinutes(-200), Presence.State.ATTENDED);
    presence(Duration.ofMinutes(-14), Presence.State.LOCKED);
    long stick = written(new UsbAttached(begin, DEVICE, false));
    found(Duration.ZERO, "unknown-usb-storage", Severity.MEDIUM, stick, named("SanDisk"));
    Duration copied = Duration.ofMinutes(2);
    long copy =
        written(new ProgramAppeared(begin.plus(copied), FILE, OFF_THE_STICK, ProcessRef.UNKNOWN));
    found(copied, "program-from-removable-media", Severity.HIGH, copy, program("copied"));
    Duration set = Duration.ofSeconds(140);
    long run = written(new AutostartChanged(begin.plus(set), Change.APPEARED, RUN_KEY, ""));
    found(
        set,
        "starts-by-itself",
        Severity.HIGH,
        run,
        program("hidden").put("point", RUN_KEY.point()).put("entry", RUN_KEY.name()));
    Duration out = Duration.ofMinutes(4);
    written(new UsbDetached(begin.plus(out), DEVICE, out));
    Duration night = Duration.ofDays(3).plusHours(13).plusMinutes(39);
    RemoteSession session = session(begin.plus(night));
    long login = written(new RemoteSessionStarted(session.began(), session, false));
    found(
        night,
        "unexpected-remote-session",
        Severity.HIGH,
        login,
        Json.object()
            .put("step", "peer")
            .put("path", "RDP")
            .put("source", session.peer())
            .put("session", session.uid()));
    long images = written(imagesRead(begin.plus(night.plusMinutes(5))));
    Duration sent = night.plusMinutes(12);
    written(bytesSent(begin.plus(sent)));
    found(
        sent,
        "images-carried-off",
        Severity.CRITICAL,
        images,
        Json.object()
            .put("step", "reader")
            .put("path", PROGRAM)
            .put("images", String.valueOf(IMAGES))
            .put("bytes", String.valueOf(BYTES))
            .put("peer", "198.51.100.9:443")
            .put("destination", "pan.example"));
    Duration lasted = Duration.ofMinutes(40);
    written(new RemoteSessionEnded(session.began().plus(lasted), session, lasted, false));
  }

  private void presence(Duration after, Presence.State state) {
    Presence.Lock lock =
        state == Presence.State.LOCKED ? Presence.Lock.LOCKED : Presence.Lock.UNLOCKED;
    Presence now = new Presence(state, "scan", Optional.empty(), lock, "");
    written(new PresenceChanged(begin.plus(after), now, Presence.UNSEEN));
  }

  private void found(Duration after, String rule, Severity severity, long about, Json.Obj facts)
      throws EvidenceException {
    long seq = written(new Finding(begin.plus(after), rule, severity, List.of(about), facts));
    steps.add(
        new Step(
            seq,
            begin.plus(after),
            rule,
            severity,
            List.of(about),
            List.of("device:" + STICK),
            texts(facts)));
    uid = uid.isEmpty() ? desk.logId() + "-" + about + "-" + seq : uid;
    IncidentChanged changed =
        new IncidentChanged(
            begin.plus(after),
            steps.size() == 1 ? IncidentChanged.Change.NEW : IncidentChanged.Change.UPDATE,
            uid,
            severity,
            begin,
            steps,
            0);
    written(changed);
  }

  private static SortedMap<String, String> texts(Json.Obj facts) {
    SortedMap<String, String> texts = new TreeMap<>();
    facts.keys().forEach(key -> texts.put(key, facts.text(key, "")));
    return texts;
  }

  /** The record that the agent would write, by its own code. */
  private long written(Event event) {
    byte[] body = machine.body(event, desk.size(), event.at());
    desk.append(event.type(), event.leaf(), body, event.at().toEpochMilli());
    return desk.size() - 1;
  }

  private static Json.Obj program(String step) {
    return Json.object()
        .put("step", step)
        .put("path", PROGRAM)
        .put("sha256", SHA256)
        .put("hidden", "true")
        .put("device", STICK)
        .put("presence", "locked");
  }

  private static Json.Obj named(String model) {
    return Json.object()
        .put("device", STICK)
        .put("path", model)
        .put("name", model)
        .put("serial_end", "4F2A")
        .put("presence", "locked");
  }

  private static RemoteSession session(Instant began) {
    return new RemoteSession(
        "s1",
        "rdp",
        "RDP",
        "courier",
        "203.0.113.7",
        50122,
        "",
        0,
        "remote",
        "",
        RemoteSession.Confidence.HIGH,
        List.of("event_log"),
        ProcessRef.UNKNOWN,
        began);
  }

  private static ImagesHandled imagesRead(Instant at) {
    return new ImagesHandled(
        at,
        at.minus(Duration.ofMinutes(2)),
        ImagesHandled.Act.READ,
        THIEF,
        ProcessRef.UNKNOWN,
        false,
        IMAGES,
        IMAGES,
        IMAGES,
        BYTES,
        "D:\\scan",
        "",
        "");
  }

  private static BytesSent bytesSent(Instant at) {
    return new BytesSent(
        at,
        at.minus(Duration.ofMinutes(6)),
        THIEF,
        ProcessRef.UNKNOWN,
        false,
        new BytesSent.Peer("198.51.100.9", 443, "", "pan.example", false),
        BYTES,
        1 << 20,
        3);
  }
}
