package io.waybillguard.hq.app;

import io.waybillguard.agent.event.Event;
import io.waybillguard.agent.event.Finding;
import io.waybillguard.agent.event.IncidentChanged;
import io.waybillguard.agent.event.IncidentChanged.Change;
import io.waybillguard.agent.event.IncidentChanged.Step;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.Severity;
import io.waybillguard.agent.evidence.EvidenceException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
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
    presence(Duration.ofMinutes(-200), "attended");
    presence(Duration.ofMinutes(-14), "locked");
    long stick = append("usb.attach", Duration.ZERO, stick());
    found(Duration.ZERO, "unknown-usb-storage", Severity.MEDIUM, stick, named("SanDisk"));
    Duration copied = Duration.ofMinutes(2);
    long copy = append("program.new", copied, file("file_result", PROGRAM).put("activity_id", 1));
    found(copied, "program-from-removable-media", Severity.HIGH, copy, program("copied"));
    Duration set = Duration.ofSeconds(140);
    long run =
        append(
            "autostart.new",
            set,
            more(
                Json.object().put("point", "run-key").put("entry", "wps").put("program", PROGRAM)));
    found(set, "starts-by-itself", Severity.HIGH, run, program("hidden"));
    append("usb.detach", Duration.ofMinutes(4), stick());
    Duration night = Duration.ofDays(3).plusHours(13).plusMinutes(39);
    long login = append("session.start", night, session());
    found(
        night,
        "unexpected-remote-session",
        Severity.HIGH,
        login,
        Json.object()
            .put("step", "peer")
            .put("path", "RDP")
            .put("source", "203.0.113.7")
            .put("session", "s1"));
    Duration read = night.plusMinutes(5);
    long images =
        append("image.read", read, by(Json.object().put("images", 1204).put("images_today", 1204)));
    Duration sent = night.plusMinutes(12);
    append("net.sent", sent, by(Json.object().put("destination", "pan.example")));
    found(
        sent,
        "images-carried-off",
        Severity.CRITICAL,
        images,
        Json.object()
            .put("step", "reader")
            .put("path", PROGRAM)
            .put("images", "1204")
            .put("bytes", String.valueOf(512L << 20))
            .put("peer", "198.51.100.9:443")
            .put("destination", "pan.example"));
    append("session.end", night.plusMinutes(40), session());
  }

  private void presence(Duration after, String state) {
    Json.Obj event =
        Json.object().put("severity_id", 1).put("state", state).put("unmapped", Json.object());
    desk.append(
        "presence.change",
        Json.object().put("presence", state),
        event.canonical(),
        begin.plus(after).toEpochMilli());
  }

  private long append(String type, Duration after, Json.Obj event) {
    Instant at = begin.plus(after);
    event.put("time", at.toEpochMilli()).put("metadata", Json.object().put("event_code", type));
    if (!event.has("severity_id")) {
      event.put("severity_id", 1);
    }
    desk.append(type, Json.object(), event.canonical(), at.toEpochMilli());
    return desk.size() - 1;
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
            steps.size() == 1 ? Change.NEW : Change.UPDATE,
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

  private static Json.Obj stick() {
    return more(Json.object()
            .put("usb_port", "1-4")
            .put("usb_serial", "real")
            .put("usb_interfaces", List.of("08/06/50")))
        .put(
            "peripheral_device",
            Json.object()
                .put("name", "SanDisk Cruzer")
                .put("serial_number", "4C530001234F2A")
                .put("type_id", 5)
                .put("uid", STICK));
  }

  private static Json.Obj file(String key, String path) {
    return more(Json.object().put("origin_passport", STICK).put("hidden_place", true))
        .put("file", Json.object().put("path", "E:\\wpsupdate.exe"))
        .put(key, Json.object().put("path", path));
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

  private static Json.Obj session() {
    return Json.object()
        .put("src_endpoint", Json.object().put("ip", "203.0.113.7"))
        .put("session", Json.object().put("uid", "s1"))
        .put("user", Json.object().put("name", "courier"))
        .put("service", Json.object().put("name", "RDP"));
  }

  private static Json.Obj by(Json.Obj more) {
    return more(more)
        .put("actor", Json.object().put("process", Json.object().put("path", PROGRAM)))
        .put("traffic", Json.object().put("bytes_out", 512L << 20))
        .put("dst_endpoint", Json.object().put("ip", "198.51.100.9").put("port", 443));
  }

  private static Json.Obj more(Json.Obj unmapped) {
    return Json.object().put("unmapped", unmapped);
  }
}
