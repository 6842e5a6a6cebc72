package io.waybillguard.agent.app;

import io.waybillguard.agent.event.IncidentChanged;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.JsonException;
import io.waybillguard.agent.event.Recall;
import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.LogReader;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.slf4j.LoggerFactory;

/** The incidents that a log holds, each by its newest record. */
final class StoredIncidents {
  private StoredIncidents() {}

  /**
   * All of them, the one that changed last first. A record that cannot be read hides no other; how
   * many there were is in the log of the command.
   */
  static List<IncidentChanged> of(LogReader log) throws IOException {
    TreeSet<Long> places = new TreeSet<>();
    for (IncidentChanged.Change change : IncidentChanged.Change.values()) {
      for (long place : log.places(change.type(), Instant.MIN, Instant.MAX, 0)) {
        places.add(place);
      }
    }
    Map<String, IncidentChanged> newest = new LinkedHashMap<>();
    for (long place : places) {
      read(log, place)
          .ifPresent(
              incident -> {
                newest.remove(incident.uid());
                newest.put(incident.uid(), incident);
              });
    }
    List<IncidentChanged> all = new ArrayList<>(newest.values());
    Collections.reverse(all);
    return all;
  }

  private static Optional<IncidentChanged> read(LogReader log, long place) throws IOException {
    try {
      // Empty when it is erased: the sentence about it is all that is left.
      Optional<Json.Obj> event = ShownRecord.read(log, place).flatMap(ShownRecord::event);
      return event.isEmpty() ? Optional.empty() : Recall.incident(event.get());
    } catch (EvidenceException | JsonException e) {
      LoggerFactory.getLogger(StoredIncidents.class).error("record={} is no incident", place, e);
      return Optional.empty();
    }
  }

  /**
   * The one that is meant: by its whole id, or by the end of one id only.
   *
   * @throws Refusal if there is none, or several end so
   */
  static IncidentChanged named(List<IncidentChanged> all, String id) throws Refusal {
    List<IncidentChanged> meant = all.stream().filter(each -> each.uid().equals(id)).toList();
    if (meant.isEmpty()) {
      meant = all.stream().filter(each -> each.uid().endsWith(id)).toList();
    }
    if (meant.size() != 1) {
      throw new Refusal(Exit.USAGE, "incidents.none", id, meant.size());
    }
    return meant.get(0);
  }
}
