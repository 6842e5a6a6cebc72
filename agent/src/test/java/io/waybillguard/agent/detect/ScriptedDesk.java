package io.waybillguard.agent.detect;

import io.waybillguard.agent.event.BytesSent;
import io.waybillguard.agent.event.ClockJumped;
import io.waybillguard.agent.event.Event;
import io.waybillguard.agent.event.FileRef;
import io.waybillguard.agent.event.ImagesHandled;
import io.waybillguard.agent.event.IncidentChanged;
import io.waybillguard.agent.event.Observation;
import io.waybillguard.agent.event.OperatorSignedOn;
import io.waybillguard.agent.event.Origin;
import io.waybillguard.agent.event.Presence;
import io.waybillguard.agent.event.PresenceChanged;
import io.waybillguard.agent.event.ProcessRef;
import io.waybillguard.agent.event.ProgramAppeared;
import io.waybillguard.agent.event.ProgramStarted;
import io.waybillguard.agent.event.RemoteSession;
import io.waybillguard.agent.event.RemoteSessionEnded;
import io.waybillguard.agent.event.RemoteSessionStarted;
import io.waybillguard.agent.event.SensorBlind;
import io.waybillguard.agent.event.SensorLive;
import io.waybillguard.agent.event.UsbAttached;
import io.waybillguard.agent.event.UsbDetached;
import io.waybillguard.agent.event.UsbDevice;
import io.waybillguard.agent.event.VisitorExpected;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Makes records of steps in words, and feeds them to all rules as the pipeline does. */
final class ScriptedDesk {
  private static final Instant MORNING = Instant.parse("2026-06-12T02:00:00Z"); // 10:00 here
  private static final ZoneId ZONE = ZoneId.of("Asia/Shanghai");
  private static final ProcessRef DESKTOP = new ProcessRef(1, "/sbin/init", "root");
  private static final long KIB = 1024;

  private final String logId;
  private final List<Event> log = new ArrayList<>();
  private final Map<String, RemoteSession> sessions = new HashMap<>();
  private Judge judge;
  private Duration skew = Duration.ZERO;

  ScriptedDesk() {
    this("0123456789abcdef");
  }

  ScriptedDesk(String logId) {
    this.logId = logId;
    this.judge = judge(logId);
  }

  /** All rules, and incidents. */
  static Judge judge(String logId) {
    Judge judge =
        new Judge(
            ScriptedDesk::rules,
            new Circumstances(
                new Circumstances.Terms(LocalTime.of(7, 0), LocalTime.of(23, 0), ZONE, false)));
    judge.begin(logId);
    return judge;
  }

  private static List<Detector> rules() {
    List<String> known = List.of("known");
    return List.of(
        new UnknownUsbStorage(known),
        new UnknownKeyboard(known),
        new NewProgramInHiddenPlace(AllowedFiles.NONE),
        new SensorSilenced(),
        new ImagesTaken(3),
        new ProgramFromRemovableMedia(AllowedFiles.NONE),
        new StartsByItself(AllowedFiles.NONE),
        new UnexpectedRemoteSession(
            new UnexpectedRemoteSession.Allowed(
                List.of("10.0.0.5"),
                List.of("rustdesk"),
                List.of(),
                LocalTime.of(8, 0),
                LocalTime.of(20, 0)),
            ZONE),
        new ImagesCarriedOff(new ImagesCarriedOff.Settings(3, 64 * KIB, 3, Duration.ofMinutes(2))));
  }

  /** One step: how long after the first, a verb, and what it is about. */
  void play(String step) {
    String[] word = step.split(" ");
    Instant at = MORNING.plus(span(word[0])).plus(skew);
    switch (word[1]) {
      case "clock" -> {
        Duration by = span(word[2]);
        skew = skew.plus(by);
        append(new ClockJumped(at.plus(by), by));
      }
      case "restart" -> restart();
      default -> append(observation(at, word));
    }
  }

  /** What a step is on record as, without feeding it to anybody or keeping it. */
  Observation said(String step) {
    String[] word = step.split(" ");
    return observation(MORNING.plus(span(word[0])), word);
  }

  /** The newest record of each incident, in the order in which they began. */
  List<IncidentChanged> incidents() {
    Map<String, IncidentChanged> newest = new LinkedHashMap<>();
    for (Event event : log) {
      if (event instanceof IncidentChanged incident) {
        newest.put(incident.uid(), incident);
      }
    }
    return List.copyOf(newest.values());
  }

  List<Event> log() {
    return List.copyOf(log);
  }

  /** The stages of an incident's steps, repeats of a stage and remarks left out. */
  static List<String> story(IncidentChanged incident) {
    List<String> story = new ArrayList<>();
    for (IncidentChanged.Step step : incident.steps()) {
      String stage = Stage.of(step.rule()).name().toLowerCase(Locale.ROOT);
      if (Stage.of(step.rule()) == Stage.OTHER) {
        continue;
      }
      if (story.isEmpty() || !story.get(story.size() - 1).equals(stage)) {
        story.add(stage);
      }
    }
    return story;
  }

  private void append(Event event) {
    long seq = log.size();
    log.add(event);
    judge.on(seq, event).forEach(this::append);
  }

  /** What the pipeline does: it tells again what is asked for, in the order of the log. */
  private void restart() {
    judge = judge(logId);
    Set<String> types = judge.memory().keySet();
    for (int seq = 0; seq < log.size(); seq++) {
      if (types.contains(log.get(seq).type())) {
        judge.remember(seq, log.get(seq));
      }
    }
  }

  private Observation observation(Instant at, String[] word) {
    String about = word[2];
    String more = word.length > 3 ? word[3] : "";
    String hash = hash(about, word);
    return switch (word[1]) {
      case "stick" -> new UsbAttached(at, device(about, "08/06/50"), false);
      case "keyboard" -> new UsbAttached(at, device(about, "03/01/01"), false);
      case "combo" -> new UsbAttached(at, device(about, "08/06/50", "03/01/01"), false);
      case "phone" -> new UsbAttached(at, device(about, "06/01/01"), false);
      case "unplug" -> new UsbDetached(at, device(about, "08/06/50"), Duration.ofMinutes(4));
      case "copy" -> new ProgramAppeared(at, file(about, hash, true), from(about, more), DESKTOP);
      case "copyopen" ->
          new ProgramAppeared(at, file(about, hash, false), from(about, more), DESKTOP);
      case "new" ->
          new ProgramAppeared(at, file(about, hash, true), Origin.NOT_SEEN_ON_MEDIUM, DESKTOP);
      case "newopen" ->
          new ProgramAppeared(at, file(about, hash, false), Origin.NOT_SEEN_ON_MEDIUM, DESKTOP);
      case "start" ->
          new ProgramStarted(
              at,
              file(about, hash, true),
              more.isEmpty() || more.equals("-") ? Origin.NOT_SEEN_ON_MEDIUM : from(about, more),
              new ProcessRef(4000, about, "desk"),
              DESKTOP);
      case "login" -> new RemoteSessionStarted(at, session(about, more, at), false);
      case "logout" -> new RemoteSessionEnded(at, login(about), Duration.ofMinutes(9), false);
      case "read" -> read(at, about, Long.parseLong(more), false);
      case "copyimages" -> copied(at, about, Long.parseLong(more));
      case "scanapp" -> read(at, "/opt/scan/scan-app", Long.parseLong(about), true);
      case "send" -> sent(at, about, Long.parseLong(more), false);
      case "sendapp" -> sent(at, "/opt/scan/scan-app", Long.parseLong(about), true);
      case "away" -> new PresenceChanged(at, presence(Presence.State.LOCKED), Presence.UNSEEN);
      case "back" -> new PresenceChanged(at, presence(Presence.State.ATTENDED), Presence.UNSEEN);
      case "visitor" -> new VisitorExpected(at, about, at, at.plus(span(more)), "lin");
      case "signon" -> new OperatorSignedOn(at, about, "lin", OperatorSignedOn.How.COMMAND);
      case "live" -> new SensorLive(at, about, false, "");
      case "blind" -> new SensorBlind(at, about, at.minusSeconds(9), "stopped");
      default -> throw new IllegalArgumentException("no step is called " + word[1]);
    };
  }

  /** The same letter is the same content, whatever its path; without one the path decides. */
  private static String hash(String path, String[] word) {
    String last = word[word.length - 1];
    String content = last.matches("h[0-9]") ? last : path;
    return String.format(Locale.ROOT, "%064x", content.hashCode() & 0xffffffffL);
  }

  private static Duration span(String text) {
    Duration sum = Duration.ZERO;
    java.util.regex.Matcher part =
        java.util.regex.Pattern.compile("(-?[0-9]+)([mhd])").matcher(text);
    while (part.find()) {
      long n = Long.parseLong(part.group(1));
      sum =
          sum.plus(
              switch (part.group(2)) {
                case "m" -> Duration.ofMinutes(n);
                case "h" -> Duration.ofHours(n);
                default -> Duration.ofDays(n);
              });
    }
    return sum;
  }

  private static Presence presence(Presence.State state) {
    return new Presence(state, "lin", Optional.empty(), Presence.Lock.UNKNOWN, "");
  }

  private static UsbDevice device(String passport, String... interfaces) {
    return new UsbDevice("1-2", "0781", "5567", "", "", "Device", List.of(interfaces), passport);
  }

  private static FileRef file(String path, String hash, boolean hidden) {
    return new FileRef(path, "elf", 4096, hash, "", "desk", path.startsWith("/media/"), hidden);
  }

  private static Origin from(String path, String passport) {
    return new Origin(
        Origin.Medium.REMOVABLE,
        "same_hash",
        "/media/" + passport + "/" + FileRef.nameOf(path),
        passport);
  }

  private RemoteSession session(String uid, String from, Instant at) {
    boolean tunnel = from.equals("tunnel");
    RemoteSession session =
        new RemoteSession(
            uid,
            from.equals("10.0.0.5") ? "rustdesk" : "xrdp",
            "Remote desktop",
            "courier",
            tunnel ? "127.0.0.1" : from,
            0,
            "",
            0,
            "remote",
            tunnel ? "/opt/.f/frpc" : "",
            RemoteSession.Confidence.HIGH,
            List.of("socket"),
            ProcessRef.UNKNOWN,
            at);
    sessions.put(uid, session);
    return session;
  }

  private RemoteSession login(String uid) {
    RemoteSession session = sessions.get(uid);
    if (session == null) {
      throw new IllegalArgumentException("nobody logged in as " + uid);
    }
    return session;
  }

  private static ImagesHandled read(Instant at, String program, long images, boolean allowed) {
    return new ImagesHandled(
        at,
        at.minusSeconds(30),
        allowed ? ImagesHandled.Act.MADE : ImagesHandled.Act.READ,
        new ProcessRef(5000, program, "desk"),
        DESKTOP,
        allowed,
        images,
        images,
        images,
        images * 800 * KIB,
        "/srv/scan",
        "",
        "");
  }

  private static ImagesHandled copied(Instant at, String program, long images) {
    return new ImagesHandled(
        at,
        at.minusSeconds(30),
        ImagesHandled.Act.COPIED,
        new ProcessRef(5000, program, "desk"),
        DESKTOP,
        false,
        images,
        images,
        images,
        images * 800 * KIB,
        "/srv/scan",
        "",
        "/mnt/backup");
  }

  private static BytesSent sent(Instant at, String program, long kib, boolean allowed) {
    return new BytesSent(
        at,
        at.minusSeconds(20),
        new ProcessRef(5000, program, "desk"),
        DESKTOP,
        allowed,
        new BytesSent.Peer("198.51.100.4", 443, "pan.example", "", false),
        kib * KIB,
        KIB,
        1);
  }
}
