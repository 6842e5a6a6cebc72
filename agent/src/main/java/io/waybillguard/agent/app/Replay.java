package io.waybillguard.agent.app;

import io.waybillguard.agent.detect.Judge;
import io.waybillguard.agent.event.Event;
import io.waybillguard.agent.event.Finding;
import io.waybillguard.agent.event.IncidentChanged;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Records of a log through other settings. What the log holds of findings and incidents is set
 * beside what these settings make of the same observations.
 *
 * <p>What follows from a record has no place in the log, so each gets one between that record and
 * the next: places are counted in steps of {@value #BETWEEN}.
 */
final class Replay {
  private static final long BETWEEN = 1_000;

  private final Judge judge;
  private final Map<String, IncidentChanged> made = new LinkedHashMap<>();
  private final Map<String, IncidentChanged> recorded = new LinkedHashMap<>();
  private long events;
  private long findings;

  Replay(Judge judge) {
    this.judge = judge;
    judge.begin("replay");
  }

  /** One more record of the log. */
  void on(long seq, Event event) {
    events++;
    if (event instanceof IncidentChanged known) {
      recorded.put(known.uid(), known);
      return;
    }
    long place = seq * BETWEEN;
    Deque<Event> waiting = new ArrayDeque<>(judge.on(place, event));
    while (!waiting.isEmpty()) {
      Event next = waiting.removeFirst();
      place++;
      if (next instanceof Finding) {
        findings++;
      }
      if (next instanceof IncidentChanged incident) {
        made.put(incident.uid(), incident);
      }
      for (Event after : judge.on(place, next)) {
        waiting.addLast(after);
      }
    }
  }

  /** How many records were told. */
  long events() {
    return events;
  }

  /** How many findings these settings make. */
  long findings() {
    return findings;
  }

  /** The incidents that these settings make. */
  Collection<IncidentChanged> made() {
    return made.values();
  }

  /** Those that the log holds. */
  Collection<IncidentChanged> recorded() {
    return recorded.values();
  }

  /** The records of the log that an incident's first step rests on. */
  static long firstRecord(IncidentChanged incident, boolean isMade) {
    IncidentChanged.Step first = incident.steps().get(0);
    long place = first.about().isEmpty() ? first.seq() : first.about().get(0);
    return isMade ? place / BETWEEN : place;
  }
}
