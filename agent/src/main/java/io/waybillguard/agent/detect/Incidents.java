package io.waybillguard.agent.detect;

import io.waybillguard.agent.event.ClockJumped;
import io.waybillguard.agent.event.Disposal;
import io.waybillguard.agent.event.DisposalEnded;
import io.waybillguard.agent.event.DisposalOrder;
import io.waybillguard.agent.event.Event;
import io.waybillguard.agent.event.Finding;
import io.waybillguard.agent.event.IncidentChanged;
import io.waybillguard.agent.event.IncidentChanged.Change;
import io.waybillguard.agent.event.IncidentChanged.Step;
import io.waybillguard.agent.event.NoticeAnswered;
import io.waybillguard.agent.event.NoticeUnanswered;
import io.waybillguard.agent.event.RemoteSessionEnded;
import io.waybillguard.agent.event.RemoteSessionStarted;
import io.waybillguard.agent.event.SensorBack;
import io.waybillguard.agent.event.Severity;
import io.waybillguard.agent.event.UsbDetached;
import io.waybillguard.agent.memory.Recent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which findings are one incident. Pure: fed with the records of one log in their order, it gives
 * the records that are to follow; fed with those as well, as in a replay, it is where it was.
 *
 * <p>A finding joins an incident when a step there can have led to it ({@link Stage#leadsTo}) and
 * they share a program's hash or path, a device's passport or a remote session. Two steps have no
 * such key and are joined by order on this desk: a login nobody arranged after a program came to
 * it, and what happens while such a login lasts. A finding that joins nothing begins an incident.
 *
 * <p>Order is that of the log. Bounded: {@value #MOST_INCIDENTS} open incidents of {@value
 * #MOST_STEPS} steps, {@value #MOST_SESSIONS} open sessions; of the incidents that weigh least, the
 * one without a step for longest is closed to make room. Not thread-safe.
 */
public final class Incidents {
  /** Open at once. */
  public static final int MOST_INCIDENTS = 64;

  /** Kept of one incident; later ones are counted. */
  public static final int MOST_STEPS = 32;

  /** Remote sessions that are followed at once. */
  public static final int MOST_SESSIONS = 64;

  /** After this long without a step an incident is closed. */
  public static final Duration QUIET = Duration.ofDays(30);

  /** What it wants to hear again after a restart. */
  static final Detector.Memory MEMORY =
      new Detector.Memory(
          Set.of(
              "incident.new",
              "incident.update",
              "incident.close",
              "session.start",
              "session.end",
              "time.jump"),
          QUIET.plusDays(1));

  /** What was done in a session may be recorded this much later: image records are sums. */
  private static final Duration LATE = Duration.ofMinutes(10);

  /** A sensor that was blind so soon after a step may have missed the next. */
  private static final Duration BLIND_MATTERS = Duration.ofDays(1);

  /** Stages of a program that lies somewhere. */
  private static final Set<Stage> WITH_PATHS =
      EnumSet.of(Stage.PROGRAM, Stage.AUTOSTART, Stage.IMAGES, Stage.UPLOAD);

  private final String logId;
  private final Map<String, IncidentChanged> open = new LinkedHashMap<>();

  /** Session uids, and when they ended; in the order they began. */
  private final Map<String, Instant> sessions = Recent.byArrival(MOST_SESSIONS);

  /** When each had its last step, with the clock as it was before all its jumps. */
  private final Map<String, Instant> lastSteps = new HashMap<>();

  /** Until then no incident is quiet, by the clock of {@link #lastSteps}. */
  private Instant quietAfter = Instant.MAX;

  /** How far the clock has jumped since the fold began: time that nobody lived through. */
  private Duration jumped = Duration.ZERO;

  /** Highest finding that is a step of an incident, so that none becomes a step twice. */
  private long taken = -1;

  /**
   * @param logId of the log whose records it is fed with; incidents are named by it
   */
  public Incidents(String logId) {
    this.logId = logId;
  }

  /** The incidents that are open now, the one without a step for longest first. */
  public List<IncidentChanged> open() {
    return List.copyOf(open.values());
  }

  /**
   * What follows from one more record.
   *
   * @param seq its place in the log, higher than any before
   * @return records to log, in this order; nothing for an incident's own record
   */
  public List<IncidentChanged> on(long seq, Event event) {
    if (event instanceof IncidentChanged known) {
      restore(known);
      return List.of();
    }
    follow(event);
    List<IncidentChanged> changes = new ArrayList<>(closeQuiet(event.at()));
    if (event instanceof Finding finding && seq > taken) {
      taken = seq;
      changes.addAll(take(seq, finding));
    } else if (seq > taken) {
      remark(seq, event).forEach(changes::add);
    }
    return changes;
  }

  /** Takes in a record of an earlier run; what followed from it was logged then. */
  void remember(Event event) {
    if (event instanceof IncidentChanged known) {
      restore(known);
    } else {
      follow(event);
    }
  }

  private void restore(IncidentChanged known) {
    forget(known.uid());
    if (known.change() != Change.CLOSE) {
      keep(known);
    }
    taken = Math.max(taken, known.last().seq());
  }

  private void keep(IncidentChanged incident) {
    open.put(incident.uid(), incident);
    lastSteps.put(incident.uid(), steady(incident.last().at()));
    quietAfter = earliestQuiet();
  }

  private void forget(String uid) {
    open.remove(uid);
    lastSteps.remove(uid);
    quietAfter = earliestQuiet();
  }

  private Instant earliestQuiet() {
    return lastSteps.values().stream()
        .min(Instant::compareTo)
        .map(last -> last.plus(QUIET))
        .orElse(Instant.MAX);
  }

  private Instant steady(Instant at) {
    return at.minus(jumped);
  }

  private void follow(Event event) {
    if (event instanceof ClockJumped jump) {
      jumped = jumped.plus(jump.by());
    } else if (event instanceof RemoteSessionStarted start) {
      sessions.put(start.session().uid(), Instant.MAX);
    } else if (event instanceof RemoteSessionEnded end) {
      sessions.replace(end.session().uid(), end.at());
    }
  }

  /** What is no finding and belongs into the stories of some incidents. */
  private List<IncidentChanged> remark(long seq, Event event) {
    if (event instanceof NoticeAnswered answered) {
      boolean knowsNothing = answered.answer() == NoticeAnswered.Answer.UNKNOWN;
      return remark(
          seq,
          event,
          // Whoever sits there says that it is not theirs: that is worth more than any rule.
          knowsNothing ? Severity.HIGH : Severity.INFORMATIONAL,
          new TreeMap<>(
              Map.of(
                  "answer", answered.answer().word(),
                  "by", answered.operator().isEmpty() ? answered.account() : answered.operator(),
                  "how", answered.how().word(),
                  "place", answered.place().word(),
                  "after_ms", String.valueOf(answered.after().toMillis()))),
          each -> each.uid().equals(answered.incident()));
    }
    if (event instanceof NoticeUnanswered silence) {
      return remark(
          seq,
          event,
          Severity.INFORMATIONAL,
          new TreeMap<>(Map.of("after_ms", String.valueOf(silence.after().toMillis()))),
          each ->
              each.uid().equals(silence.incident())
                  && each.steps().stream().noneMatch(s -> s.rule().equals(silence.type())));
    }
    if (event instanceof DisposalEnded ended) {
      DisposalOrder order = ended.order();
      return remark(
          seq,
          event,
          Severity.INFORMATIONAL,
          new TreeMap<>(
              Map.of(
                  "kind", order.what().kind().word(),
                  "program", order.what() instanceof Disposal.BlockProgram p ? p.path() : "",
                  "target", order.what().target(),
                  "disposal", order.disposal(),
                  "undo", String.valueOf(order.undo()),
                  "outcome", ended.outcome().word(),
                  "detail", ended.detail())),
          each -> each.uid().equals(order.incident()));
    }
    if (event instanceof UsbDetached gone) {
      return remark(
          seq,
          event,
          Severity.INFORMATIONAL,
          new TreeMap<>(Map.of("path", gone.device().name())),
          each -> hasKey(each, "device:" + gone.device().passport()));
    }
    if (event instanceof RemoteSessionEnded end) {
      return remark(
          seq,
          event,
          Severity.INFORMATIONAL,
          new TreeMap<>(
              Map.of(
                  "path",
                  end.session().toolName(),
                  "lasted_ms",
                  String.valueOf(end.lasted().toMillis()))),
          each -> hasKey(each, "session:" + end.session().uid()));
    }
    if (event instanceof SensorBack back) {
      return remark(
          seq,
          event,
          Severity.INFORMATIONAL,
          new TreeMap<>(
              Map.of(
                  "path",
                  back.sensor(),
                  "from",
                  String.valueOf(back.from().toEpochMilli()),
                  "until",
                  String.valueOf(back.until().toEpochMilli()))),
          each ->
              each.severity().compareTo(Severity.LOW) > 0
                  && each.last().at().plus(BLIND_MATTERS).isAfter(back.from()));
    }
    return List.of();
  }

  private List<IncidentChanged> remark(
      long seq,
      Event event,
      Severity severity,
      SortedMap<String, String> facts,
      Predicate<IncidentChanged> concerns) {
    Step step = new Step(seq, event.at(), event.type(), severity, List.of(seq), List.of(), facts);
    List<IncidentChanged> changes = new ArrayList<>();
    for (IncidentChanged each : open()) {
      if (concerns.test(each) && each.steps().size() < MOST_STEPS) {
        taken = seq;
        IncidentChanged after = joined(each, step);
        open.replace(after.uid(), after);
        changes.add(after);
      }
    }
    return changes;
  }

  private static boolean hasKey(IncidentChanged incident, String key) {
    return incident.steps().stream().anyMatch(step -> step.keys().contains(key));
  }

  private List<IncidentChanged> closeQuiet(Instant now) {
    // Asked at every record of the log, and hardly ever so.
    if (!steady(now).isAfter(quietAfter)) {
      return List.of();
    }
    List<IncidentChanged> closed = new ArrayList<>();
    for (IncidentChanged each : open()) {
      if (Duration.between(lastSteps.getOrDefault(each.uid(), now), steady(now)).compareTo(QUIET)
          > 0) {
        closed.add(close(each, now));
      }
    }
    return closed;
  }

  private IncidentChanged close(IncidentChanged incident, Instant now) {
    forget(incident.uid());
    return new IncidentChanged(
        now,
        Change.CLOSE,
        incident.uid(),
        incident.severity(),
        incident.opened(),
        incident.steps(),
        incident.left());
  }

  private List<IncidentChanged> take(long seq, Finding finding) {
    Step step =
        new Step(
            seq,
            finding.at(),
            finding.rule(),
            finding.severity(),
            finding.about(),
            keys(finding),
            facts(finding));
    List<IncidentChanged> changes = new ArrayList<>();
    IncidentChanged before = found(step);
    IncidentChanged after;
    if (before == null) {
      if (open.size() >= MOST_INCIDENTS) {
        changes.add(close(least(), finding.at()));
      }
      long first = step.about().isEmpty() ? seq : step.about().get(0);
      after =
          new IncidentChanged(
              finding.at(),
              Change.NEW,
              // The finding's own place as well: one record can be the first of two incidents.
              logId + "-" + first + "-" + seq,
              finding.severity(),
              finding.at(),
              List.of(step),
              0);
    } else {
      after = joined(before, step);
    }
    forget(after.uid());
    keep(after);
    if (before == null || isNews(before, after)) {
      changes.add(after);
    }
    return changes;
  }

  /** Of an incident that is full, only what makes it worse, and every so many steps a count. */
  private static boolean isNews(IncidentChanged before, IncidentChanged after) {
    return after.left() == 0
        || after.severity() != before.severity()
        || !stages(before.steps()).containsAll(stages(after.steps()))
        || after.left() % MOST_STEPS == 0;
  }

  /** The one to make room: of those that weigh least, the one without a step for longest. */
  private IncidentChanged least() {
    return Collections.min(open.values(), Comparator.comparing(IncidentChanged::severity));
  }

  private static IncidentChanged joined(IncidentChanged before, Step step) {
    List<Step> steps = new ArrayList<>(before.steps());
    long left = before.left();
    if (steps.size() >= MOST_STEPS) {
      // The newest stands for those that were left out: what it was joined by counts on.
      steps.remove(MOST_STEPS - 1);
      left++;
    }
    steps.add(step);
    return new IncidentChanged(
        step.at(),
        Change.UPDATE,
        before.uid(),
        Severity.max(before.severity(), together(steps)),
        before.opened(),
        steps,
        left);
  }

  /** The incident that the step belongs to: by a shared key before by order, the newest first. */
  private @Nullable IncidentChanged found(Step step) {
    List<IncidentChanged> newest = new ArrayList<>(open.values());
    Collections.reverse(newest);
    Optional<IncidentChanged> byKey =
        newest.stream()
            .filter(each -> each.steps().stream().anyMatch(s -> sharesKey(s, step)))
            .findFirst();
    return byKey
        .or(
            () ->
                newest.stream()
                    .filter(each -> each.steps().stream().anyMatch(s -> inOrder(s, step)))
                    .findFirst())
        .orElse(null);
  }

  private static boolean sharesKey(Step earlier, Step later) {
    return Stage.of(earlier.rule()).leadsTo(Stage.of(later.rule()))
        && !Collections.disjoint(earlier.keys(), later.keys());
  }

  private boolean inOrder(Step earlier, Step later) {
    Stage from = Stage.of(earlier.rule());
    Stage to = Stage.of(later.rule());
    if (to == Stage.LOGIN) {
      return from == Stage.PROGRAM || from == Stage.AUTOSTART;
    }
    return from == Stage.LOGIN
        && from.leadsTo(to)
        && earlier.keys().stream()
            .filter(key -> key.startsWith("session:"))
            .anyMatch(key -> lasted(key.substring("session:".length()), later.at()));
  }

  private boolean lasted(String session, Instant at) {
    Instant end = sessions.get(session);
    return end != null && (end.equals(Instant.MAX) || !at.isAfter(end.plus(LATE)));
  }

  /** What the steps weigh together: the further the crime has come, the more. */
  private static Severity together(List<Step> steps) {
    Severity most = Severity.INFORMATIONAL;
    for (Step step : steps) {
      most = Severity.max(most, step.severity());
    }
    Set<Stage> stages = stages(steps);
    boolean images = stages.remove(Stage.IMAGES);
    boolean sent = stages.remove(Stage.UPLOAD);
    if (stages.isEmpty()) {
      return most;
    }
    if (sent) {
      return Severity.CRITICAL;
    }
    Severity grown =
        images || stages.size() > 2
            ? Severity.HIGH
            : stages.size() == 2 ? Severity.MEDIUM : Severity.INFORMATIONAL;
    return Severity.max(most, grown);
  }

  private static Set<Stage> stages(List<Step> steps) {
    Set<Stage> stages = EnumSet.noneOf(Stage.class);
    steps.forEach(step -> stages.add(Stage.of(step.rule())));
    stages.remove(Stage.OTHER);
    return stages;
  }

  /** What a finding can be joined by. */
  private static List<String> keys(Finding finding) {
    List<String> keys = new ArrayList<>();
    Stage stage = Stage.of(finding.rule());
    add(keys, "device:", finding.facts().text("device", ""));
    add(keys, "sha256:", finding.facts().text("sha256", ""));
    add(keys, "session:", finding.facts().text("session", ""));
    if (WITH_PATHS.contains(stage)) {
      add(keys, "path:", finding.facts().text("path", ""));
      // Of images it is the program that read them; of a program it is where it lay on the stick.
      add(keys, "path:", finding.facts().text("source", ""));
    }
    return keys;
  }

  private static SortedMap<String, String> facts(Finding finding) {
    SortedMap<String, String> facts = new TreeMap<>();
    for (String key : finding.facts().keys()) {
      finding.facts().find(key).ifPresent(value -> facts.put(key, String.valueOf(value)));
    }
    return facts;
  }

  private static void add(List<String> keys, String kind, String value) {
    if (!value.isEmpty() && !keys.contains(kind + value)) {
      keys.add(kind + value);
    }
  }
}
