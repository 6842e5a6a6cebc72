package io.waybillguard.agent.notify;

import io.waybillguard.agent.event.Event;
import io.waybillguard.agent.event.IncidentChanged;
import io.waybillguard.agent.event.JsonException;
import io.waybillguard.agent.event.NoticeAnswered.Answer;
import io.waybillguard.agent.event.OperatorSignedOff;
import io.waybillguard.agent.event.OperatorSignedOn;
import io.waybillguard.agent.event.Recall;
import io.waybillguard.agent.event.RemoteSession;
import io.waybillguard.agent.event.RemoteSessionEnded;
import io.waybillguard.agent.event.RemoteSessionStarted;
import io.waybillguard.agent.evidence.Entry;
import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.Leaf;
import io.waybillguard.agent.evidence.LogReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log as the desk's notices follow it: what is new of incidents, who shares the screen, who is
 * signed on. What was shown and answered before this run is in the log as well, so there is no
 * other place that says where to go on. Each look opens the log anew and closes it, since it may be
 * set aside between two. One thread.
 */
final class DeskLog {
  private static final Logger LOG = LoggerFactory.getLogger(DeskLog.class);

  private static final String SHARED = "shared";
  private static final int MOST_READ_BACK = 500;

  /** Types that the desk's notices go by. */
  static final List<String> KINDS =
      List.of(
          "incident.new",
          "incident.update",
          "incident.close",
          "notice.shown",
          "notice.unanswered",
          "notice.answered",
          "session.start",
          "session.end",
          "operator.on",
          "operator.off");

  private final Path data;
  private final Set<String> sharing = new LinkedHashSet<>();
  private String origin = "";
  private String operator = "";
  private long next;
  private long heldByHq;

  /**
   * @param data the agent's data folder
   */
  DeskLog(Path data) {
    this.data = data;
  }

  /** Who is told of what is new. */
  interface Listener {
    void incident(Matter matter);

    void closed(String incident);

    /** Of a run before this one. */
    void shown(String incident, Instant at);

    /** Of a run before this one. */
    void unanswered(String incident);

    /** Of a run before this one. */
    void answered(String incident, Answer answer, Instant at);
  }

  /**
   * Reads back what matters of the time since then, and goes on from the end of the log.
   *
   * @throws IOException if there is no log, or it cannot be read
   */
  void begin(Instant since, Listener listener) throws IOException {
    try (LogReader log = LogReader.open(data)) {
      origin = log.keys().origin();
      next = log.size();
      long[] places = {};
      for (String kind : KINDS) {
        long[] more = log.places(kind, since, Instant.MAX, MOST_READ_BACK);
        places = LongStream.concat(LongStream.of(places), LongStream.of(more)).toArray();
      }
      Arrays.sort(places);
      for (long place : places) {
        if (place < next) {
          read(log, place, listener, true);
        }
      }
      heldByHq = log.witnessedSize();
    }
  }

  /**
   * Reads what is new.
   *
   * @throws IOException if the log cannot be read; the next look goes on where this one stopped
   */
  void look(Listener listener) throws IOException {
    try (LogReader log = LogReader.open(data)) {
      String now = log.keys().origin();
      if (!now.equals(origin)) {
        // Another log took this one's place.
        origin = now;
        next = 0;
      }
      for (long size = log.size(); next < size; next++) {
        Optional<byte[]> leaf = log.leaf(next);
        if (leaf.isPresent() && KINDS.contains(Leaf.typeOf(leaf.get()))) {
          read(log, next, listener, false);
        }
      }
      heldByHq = log.witnessedSize();
    }
  }

  private void read(LogReader log, long place, Listener listener, boolean isPast)
      throws IOException {
    try {
      Optional<Entry> entry = log.entry(place);
      if (entry.isEmpty() || !KINDS.contains(entry.get().type())) {
        return;
      }
      if (entry.get().type().startsWith("notice.")) {
        // The leaf says it all, and is never erased.
        if (isPast) {
          past(entry.get(), listener);
        }
        return;
      }
      Optional<byte[]> body = entry.get().event();
      if (body.isPresent()) {
        Optional<Event> event = Recall.event(body.get());
        if (event.isPresent()) {
          take(log, event.get(), listener);
        }
      }
    } catch (EvidenceException | JsonException e) {
      // Its bytes are evidence as they are; whoever verifies the log says what is wrong.
      LOG.warn("record {} cannot be told to the desk: {}", place, e.getMessage());
    }
  }

  private static void past(Entry entry, Listener listener) throws JsonException {
    String incident = entry.leaf().fields().text("incident");
    switch (entry.type()) {
      case "notice.shown" -> listener.shown(incident, entry.at());
      case "notice.unanswered" -> listener.unanswered(incident);
      default -> {
        String word = entry.leaf().fields().text("answer");
        listener.answered(incident, Answer.valueOf(word.toUpperCase(Locale.ROOT)), entry.at());
      }
    }
  }

  private void take(LogReader log, Event event, Listener listener)
      throws IOException, EvidenceException, JsonException {
    if (event instanceof IncidentChanged incident) {
      if (incident.change() == IncidentChanged.Change.CLOSE) {
        listener.closed(incident.uid());
      } else {
        listener.incident(new Matter(incident, login(log, incident)));
      }
    } else if (event instanceof RemoteSessionStarted start) {
      if (start.session().console().equals(SHARED)) {
        sharing.add(start.session().uid());
      }
    } else if (event instanceof RemoteSessionEnded end) {
      sharing.remove(end.session().uid());
    } else if (event instanceof OperatorSignedOn on) {
      operator = on.operator();
    } else if (event instanceof OperatorSignedOff) {
      operator = "";
    }
  }

  /** The login that the newest step rests on, as its own record tells it. */
  private static Optional<RemoteSession> login(LogReader log, IncidentChanged incident)
      throws IOException, EvidenceException, JsonException {
    IncidentChanged.Step step = Matter.newest(incident);
    if (!step.rule().equals("unexpected-remote-session") || step.about().isEmpty()) {
      return Optional.empty();
    }
    long place = step.about().get(step.about().size() - 1);
    Optional<byte[]> body = log.entry(place).flatMap(Entry::event);
    if (body.isEmpty()) {
      return Optional.empty();
    }
    return Recall.observation(body.get())
        .filter(RemoteSessionStarted.class::isInstance)
        .map(seen -> ((RemoteSessionStarted) seen).session());
  }

  /** Whether somebody elsewhere sees and moves the screen of this PC, as far as the log tells. */
  boolean isShared() {
    return !sharing.isEmpty();
  }

  /** Who is signed on at the desk, or "". */
  String operator() {
    return operator;
  }

  /** Whether HQ holds the record at this place, as of the last look. */
  boolean hqHolds(long place) {
    return place < heldByHq;
  }
}
