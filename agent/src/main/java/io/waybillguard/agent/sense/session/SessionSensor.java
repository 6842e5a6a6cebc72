package io.waybillguard.agent.sense.session;

import io.waybillguard.agent.event.Observation;
import io.waybillguard.agent.event.RemoteSession;
import io.waybillguard.agent.event.RemoteSessionEnded;
import io.waybillguard.agent.event.RemoteSessionStarted;
import io.waybillguard.agent.event.SensorBack;
import io.waybillguard.agent.event.SensorBlind;
import io.waybillguard.agent.platform.RemoteAccess;
import io.waybillguard.agent.platform.RemoteSigns;
import io.waybillguard.agent.platform.RemoteTool;
import io.waybillguard.agent.platform.StateFile;
import io.waybillguard.agent.platform.TextLogs;
import io.waybillguard.agent.sense.Sensor;
import io.waybillguard.agent.sense.Sign;
import io.waybillguard.agent.sense.Watchword;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remote logins: each is told once when it starts and once when it ends.
 *
 * <p>Looks when the system says that somebody may come in, and by the clock: every {@code every}
 * while somebody is in, or something has just changed, or the system cannot say so, else as seldom
 * as its patience allows. It looks soon again when something has changed: what is gone must be gone
 * at two looks, since a process may end between listing and asking; what only a login record says
 * must stand for half a second, since such a record outlives its connection by some milliseconds.
 */
public final class SessionSensor implements Sensor {
  private static final Logger LOG = LoggerFactory.getLogger(SessionSensor.class);
  private static final Duration SOON = Duration.ofMillis(250);
  private static final Duration RECORD_ALONE = Duration.ofMillis(500);

  /** What the system told of may show in full only a little later: a title, a log, a helper. */
  private static final Duration UNSETTLED = Duration.ofSeconds(10);

  /** So many looks follow calls of the system soon; a login makes some three or four. */
  private static final int CALLS_HEARD_SOON = 8;

  /**
   * By then a record, which is urgent, is in the log; before, it may be told again after a crash.
   */
  private static final Duration SAFE = Duration.ofSeconds(1);

  /** After a disk refused what is to be kept. */
  private static final Duration KEPT_AGAIN_AFTER = Duration.ofSeconds(30);

  /** What a log tells of a login and what was seen of it lie at most that far apart. */
  private static final Duration SAME = Duration.ofSeconds(15);

  /** Sessions told of last, so that a log does not tell them again. */
  private static final int RECENT = 32;

  private final RemoteAccess access;
  private final TextLogs logs;
  private final ToolLogs said;
  private final RemoteLogins logins;
  private final Refusals refusals;
  private final OpenLogins memory;
  private final Duration every;
  private final InstantSource clock;
  private final Watchword watchword;

  /** Told and not over, by uid, as last seen. */
  private final Map<String, RemoteSession> open = new LinkedHashMap<>();

  private final ToldAs told = new ToldAs();

  /** When each was missed first, by uid. */
  private final Map<String, Instant> missed = new HashMap<>();

  /** When each that only a record tells of was seen first, by uid. */
  private final Map<String, Instant> waiting = new HashMap<>();

  private final Deque<RemoteSession> recent = new ArrayDeque<>();

  /** What was lost of logs, to be told at the next look. */
  private final List<String> lost = new ArrayList<>();

  /** Whether more is to be read of a log at once. */
  private boolean more;

  private boolean remembered;

  /** What of tools and logins was there at the last look, and when that was last otherwise. */
  private @Nullable RemoteSigns lastSigns;

  private Instant changed = Instant.MIN;

  /** How many waits in a row the system has ended. */
  private int calls;

  /** Whether a connection waits for somebody to accept it. */
  private boolean isKnockedAt;

  private Set<Path> watched = Set.of();

  /** Whether the system says when somebody may come in. */
  private boolean isTold;

  private String unkept = "";

  /** When something changed that the memory does not hold yet. */
  private @Nullable Instant unsavedSince;

  /**
   * @param logs those that {@link #files} names
   * @param tools by which somebody may come in
   * @param zone of times in logs that name none
   * @param memory the file that keeps what is open over a new start
   * @param every how often to look while somebody is in, something has just changed, or the system
   *     does not say who comes
   */
  public SessionSensor(
      RemoteAccess access,
      TextLogs logs,
      List<RemoteTool> tools,
      ZoneId zone,
      Path memory,
      Duration every,
      InstantSource clock) {
    this.access = access;
    this.logs = logs;
    this.said = new ToolLogs(tools, new LogTime(zone));
    this.logins = new RemoteLogins(tools, access::isNamed);
    this.refusals = new Refusals(logins::name);
    this.memory = new OpenLogins(memory);
    this.every = every;
    this.clock = clock;
    this.watchword = new Watchword(clock);
  }

  /** The logs that tools write, as patterns. */
  public static List<String> files(List<RemoteTool> tools) {
    return ToolLogs.files(tools);
  }

  @Override
  public String name() {
    return "session";
  }

  @Override
  public Sight open() throws IOException {
    String unseen = access.open();
    List<StateFile.Damage> damages = new ArrayList<>(logs.open());
    lost.clear();
    if (!remembered) {
      memory.read().forEach(session -> open.put(session.uid(), session));
      memory.damage().ifPresent(damages::add);
      remembered = true;
    }
    missed.clear();
    waiting.clear();
    lastSigns = null;
    calls = 0;
    RemoteSigns signs = access.look();
    Instant now = clock.instant(); // after the look: on a busy machine it takes a while
    compare(signs, now);
    read(now);
    watch(now);
    Map<String, RemoteSession> present = present(signs, now);
    List<Observation> found = new ArrayList<>();
    for (StateFile.Damage damage : damages) {
      Instant since = damage.since().isBefore(now) ? damage.since() : now;
      found.add(new SensorBlind(now, name(), since, damage.what()));
      found.add(new SensorBack(now, name(), since, now, "logs and logins from now on"));
      unsaved(now);
    }
    for (RemoteSession before : List.copyOf(open.values())) {
      if (!present.containsKey(before.uid())) {
        found.add(ended(before, now, true));
      }
    }
    for (RemoteSession session : present.values()) {
      if (open.containsKey(session.uid())) {
        grown(session);
      } else {
        found.add(started(session, now, true));
      }
    }
    found.addAll(onlyInLogs(now));
    String what = "logins by SSH, remote desktop, VNC and remote-control programs";
    return new Sight(!unseen.isEmpty(), unseen.isEmpty() ? what : what + "; " + unseen, found);
  }

  @Override
  public List<Observation> sense(Duration patience) throws IOException {
    keep();
    if (!lost.isEmpty()) {
      throw new IOException(String.join("; ", lost));
    }
    Duration least = shorter(patience, least());
    boolean isCalled = access.await(least, shorter(patience, longer(pause(patience), least)));
    calls = isCalled ? calls + 1 : 0;
    RemoteSigns signs = access.look();
    Instant now = clock.instant(); // after the look: on a busy machine it takes a while
    compare(signs, now);
    read(now);
    watch(now);
    Map<String, RemoteSession> present = present(signs, now);
    List<Observation> seen = new ArrayList<>();
    for (RemoteSession before : List.copyOf(open.values())) {
      if (present.containsKey(before.uid())) {
        missed.remove(before.uid());
      } else if (missed.containsKey(before.uid())) {
        seen.add(ended(before, missed.get(before.uid()), false));
      } else {
        missed.put(before.uid(), now);
      }
    }
    waiting.keySet().retainAll(present.keySet());
    for (RemoteSession session : present.values()) {
      if (open.containsKey(session.uid())) {
        grown(session);
      } else if (stands(session, now)) {
        seen.add(started(session, now, false));
      }
    }
    seen.addAll(onlyInLogs(now));
    return seen;
  }

  /** How long the next wait lasts if nothing happens. */
  private Duration pause(Duration patience) {
    if (more) {
      return Duration.ZERO;
    }
    if (calls > 0 || !missed.isEmpty() || !waiting.isEmpty()) {
      return SOON;
    }
    return isTold && isCalm() ? patience : every;
  }

  /** Nobody is in, and nobody is on the way. */
  private boolean isCalm() {
    RemoteSigns last = lastSigns;
    return open.isEmpty()
        && unsavedSince == null
        && clock.instant().isAfter(changed.plus(UNSETTLED))
        && !isKnockedAt
        && last != null
        && last.connections().isEmpty();
  }

  /**
   * The first call is heard at once. While more come, as when somebody tries passwords, there are a
   * few looks a second, and then no more than by the clock.
   */
  private Duration least() {
    return calls == 0 ? Duration.ZERO : calls < CALLS_HEARD_SOON ? shorter(every, SOON) : every;
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? other : one;
  }

  /** Connections to others' programs change nothing: a desk may have a busy server on it. */
  private void compare(RemoteSigns signs, Instant now) {
    isKnockedAt = signs.connections().stream().anyMatch(c -> !c.isAccepted());
    List<RemoteSigns.Connection> ofTools =
        signs.connections().stream().filter(c -> !c.owners().isEmpty()).toList();
    RemoteSigns these = new RemoteSigns(ofTools, signs.processes(), signs.logins());
    if (!these.equals(lastSigns)) {
      lastSigns = these;
      changed = now;
    }
  }

  /** What came to a folder before it was watched is seen by the clock. */
  private void watch(Instant now) throws IOException {
    Set<Path> folders = logs.folders();
    isTold = access.watch(folders);
    if (!folders.equals(watched)) {
      watched = folders;
      changed = now;
    }
  }

  /** A disk that takes nothing does not blind this sensor: it only remembers less. */
  private void keep() {
    Instant since = unsavedSince;
    Instant now = clock.instant();
    if (since == null || now.isBefore(since.plus(SAFE))) {
      return;
    }
    try {
      memory.write(open.values());
      logs.save();
      unsavedSince = null;
      unkept = "";
    } catch (IOException e) {
      unkept = "what was told cannot be kept for a new start: " + e.getMessage();
      LOG.debug("sensor=session {}", unkept);
      unsavedSince = now.plus(KEPT_AGAIN_AFTER);
    }
  }

  @Override
  public String standing() {
    return unkept;
  }

  private void read(Instant now) {
    TextLogs.Added added = logs.look();
    lost.addAll(added.lost());
    more = added.more();
    said.take(added.lines(), now);
    said.refused().forEach(refusals::add);
    if (!added.lines().isEmpty()) {
      changed = now;
      unsaved(now);
    }
  }

  /** Who came and went between two looks, and who was not let in. */
  private List<Observation> onlyInLogs(Instant now) {
    List<Observation> seen = new ArrayList<>();
    for (ToolLogs.Passed passed : said.passed()) {
      RemoteSession session = logins.session(passed.who());
      if (recent.stream().noneMatch(told -> isSame(told, session))) {
        seen.add(started(session, now, false));
        seen.add(ended(session, passed.ended(), false));
      }
    }
    seen.addAll(refusals.due(now));
    return seen;
  }

  private static boolean isSame(RemoteSession told, RemoteSession logged) {
    return told.tool().equals(logged.tool())
        && (logged.peer().isEmpty() || told.peer().equals(logged.peer()))
        && Duration.between(told.began(), logged.began()).abs().compareTo(SAME) <= 0;
  }

  private Map<String, RemoteSession> present(RemoteSigns signs, Instant now) {
    Map<String, RemoteSession> present = new LinkedHashMap<>();
    List<RemoteSigns.Login> all = new ArrayList<>(signs.logins());
    all.addAll(said.present());
    for (RemoteSigns.Connection connection : signs.connections()) {
      boolean unused =
          connection.loopback() && watchword.isIt(Integer.toString(connection.here().port()));
    }
    RemoteSigns together = new RemoteSigns(signs.connections(), signs.processes(), all);
    told.of(logins.in(together, said::peer, now), open.keySet())
        .forEach(session -> present.put(session.uid(), session));
    return present;
  }

  private boolean stands(RemoteSession session, Instant now) {
    if (session.signals().contains("socket") || session.signals().contains("process")) {
      return true;
    }
    Instant since = waiting.computeIfAbsent(session.uid(), uid -> now);
    return !now.isBefore(since.plus(RECORD_ALONE));
  }

  private Observation started(RemoteSession session, Instant now, boolean presentAtStart) {
    open.put(session.uid(), session);
    waiting.remove(session.uid());
    recent.add(session);
    if (recent.size() > RECENT) {
      recent.remove();
    }
    unsaved(now);
    return new RemoteSessionStarted(now, session, presentAtStart);
  }

  /** Keeps what was ever seen of it; the record of its end tells that. */
  private void grown(RemoteSession now) {
    RemoteSession before = open.getOrDefault(now.uid(), now);
    List<String> signals = new ArrayList<>(before.signals());
    now.signals().stream().filter(s -> !signals.contains(s)).forEach(signals::add);
    RemoteSession.Confidence confidence =
        before.confidence().compareTo(now.confidence()) < 0
            ? now.confidence()
            : before.confidence();
    if (signals.equals(before.signals()) && confidence == before.confidence()) {
      return;
    }
    open.put(
        now.uid(),
        new RemoteSession(
            before.uid(),
            before.tool(),
            before.toolName(),
            before.account().isEmpty() ? now.account() : before.account(),
            before.peer().isEmpty() ? now.peer() : before.peer(),
            before.port() == 0 ? now.port() : before.port(),
            before.here().isEmpty() ? now.here() : before.here(),
            before.herePort() == 0 ? now.herePort() : before.herePort(),
            before.console(),
            before.tunnel(),
            confidence,
            signals,
            before.program().isKnown() ? before.program() : now.program(),
            before.began()));
    unsaved(clock.instant());
  }

  private Observation ended(RemoteSession session, Instant at, boolean whileAway) {
    open.remove(session.uid());
    missed.remove(session.uid());
    unsaved(clock.instant());
    Duration lasted = Duration.between(session.began(), at);
    return new RemoteSessionEnded(
        at, session, lasted.isNegative() ? Duration.ZERO : lasted, whileAway);
  }

  private void unsaved(Instant now) {
    unsavedSince = now;
  }

  @Override
  public List<Observation> last() {
    return refusals.rest(clock.instant());
  }

  @Override
  public boolean expect(Sign sign) {
    watchword.expect(sign);
    return true;
  }

  @Override
  public void wake() {
    access.wake();
  }

  @Override
  public void close() {
    access.close();
  }
}
