package io.waybillguard.agent.app;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.JsonException;
import io.waybillguard.agent.event.Severity;
import io.waybillguard.agent.event.Summary;
import io.waybillguard.agent.evidence.BodyPart;
import io.waybillguard.agent.evidence.Entry;
import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.LogReader;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * One record of the log as the commands show it.
 *
 * @param entry as it stands in the log
 * @param event its body part 0; empty once it is erased
 */
record ShownRecord(Entry entry, Optional<Json.Obj> event) {

  /**
   * Reads a record; what its leaf did not promise is never shown as its content.
   *
   * @return empty when there is none of that number
   * @throws EvidenceException if the record or its content is not what was written
   */
  static Optional<ShownRecord> read(LogReader log, long seq) throws IOException, EvidenceException {
    Optional<Entry> entry = log.entry(seq);
    return entry.isEmpty() ? Optional.empty() : Optional.of(of(entry.get()));
  }

  /**
   * The oldest record of a type since then whose event is the one that is looked for.
   *
   * @throws EvidenceException if a record or its content is not what was written
   */
  static Optional<ShownRecord> first(
      LogReader log, String type, Instant since, Predicate<Json.Obj> isIt)
      throws IOException, EvidenceException {
    for (long seq : log.places(type, since, Instant.MAX, 0)) {
      Optional<ShownRecord> record = read(log, seq);
      if (record.flatMap(ShownRecord::event).filter(isIt).isPresent()) {
        return record;
      }
    }
    return Optional.empty();
  }

  private static ShownRecord of(Entry entry) throws EvidenceException {
    for (BodyPart body : entry.bodies()) {
      entry.leaf().check(body);
    }
    Optional<byte[]> event = entry.event();
    try {
      return new ShownRecord(
          entry, event.isEmpty() ? Optional.empty() : Optional.of(Json.parse(event.get())));
    } catch (JsonException e) {
      throw new EvidenceException(
          "record " + entry.seq() + ": its content is no event: " + e.getMessage(), e);
    }
  }

  /** What happened, in a sentence. */
  String summary(Words words) {
    Summary summary = new Summary(words.locale(), ZoneId.systemDefault());
    return event
        .map(e -> summary.of(entry.type(), e))
        .orElseGet(() -> summary.withoutBody(entry.type()));
  }

  /** How grave it is, in a word; "" once that is erased. */
  String severity(Words words) {
    return event
        .map(e -> words.say("record.severity." + severityName(e.number("severity_id", 0))))
        .orElse("");
  }

  private static String severityName(long id) {
    for (Severity severity : Severity.values()) {
      if (severity.id() == id) {
        return severity.name().toLowerCase(java.util.Locale.ROOT);
      }
    }
    return "other";
  }

  /** The keys that other programs read; those of the event are absent once it is erased. */
  Json.Obj json(Words words) {
    Json.Obj json =
        Json.object()
            .put("seq", entry.seq())
            .put("at", Times.rfc3339(entry.at()))
            .put("type", entry.type())
            .put("summary", summary(words));
    event.ifPresent(
        e -> {
          for (String key : List.of("class_uid", "activity_id", "severity_id")) {
            json.put(key, e.number(key, 0));
          }
          json.put("event", e);
        });
    return json;
  }
}
