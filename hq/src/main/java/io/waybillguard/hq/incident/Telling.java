package io.waybillguard.hq.incident;

import io.waybillguard.agent.event.IncidentChanged;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.JsonException;
import io.waybillguard.agent.event.Recall;
import io.waybillguard.agent.evidence.Checkpoint;
import io.waybillguard.agent.evidence.Cosignature;
import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.SignedNote;
import io.waybillguard.agent.evidence.VerifierKey;
import io.waybillguard.hq.store.IncidentRows;
import io.waybillguard.hq.store.Records;
import io.waybillguard.hq.store.Segments;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Reads incidents back from the records that HQ holds. Numbers are only those in the log. Safe for
 * use by several threads.
 */
public final class Telling {
  /** Records that one incident shows at most; a bundle has all of them. */
  private static final int MOST_EVIDENCE = 200;

  private final IncidentRows rows;
  private final Records records;
  private final Segments segments;
  private final VerifierKey mirror;

  /**
   * @param mirror HQ's mirror key, whose cosignature says since when HQ holds a record
   */
  public Telling(IncidentRows rows, Records records, Segments segments, VerifierKey mirror) {
    this.rows = rows;
    this.records = records;
    this.segments = segments;
    this.mirror = mirror;
  }

  /**
   * The whole of an incident. Where the content of its own record is not here any more, its steps
   * are not known either.
   */
  public Told tell(IncidentRows.Row row) throws IOException {
    Optional<IncidentChanged> newest =
        records.find(row.log(), row.seq()).flatMap(Records.Held::body).flatMap(Telling::recalled);
    SortedSet<Long> seqs = new TreeSet<>();
    for (IncidentChanged.Step each : newest.map(IncidentChanged::steps).orElse(List.of())) {
      seqs.addAll(each.about());
      seqs.add(each.seq());
    }
    List<Long> notes = rows.notes(row.log(), row.id());
    seqs.addAll(notes);
    return new Told(row, newest, answers(row.log(), notes), evidence(row.log(), seqs));
  }

  private List<Told.Answer> answers(String log, List<Long> notes) throws IOException {
    List<Told.Answer> answers = new ArrayList<>();
    for (long seq : notes) {
      Optional<Records.Held> held = records.find(log, seq);
      if (held.isPresent()) {
        Json.Obj said =
            held.get()
                .body()
                .flatMap(Telling::parsed)
                .map(e -> object(e, "unmapped"))
                .orElseGet(Json::object);
        answers.add(
            new Told.Answer(
                seq,
                Instant.ofEpochMilli(held.get().row().wall()),
                held.get().row().type(),
                said.text("answer", ""),
                said.text("by", "")));
      }
    }
    return answers;
  }

  private List<Told.Evidence> evidence(String log, SortedSet<Long> seqs) throws IOException {
    List<Told.Evidence> evidence = new ArrayList<>();
    Optional<Segments.Row> segment = Optional.empty();
    for (long seq : seqs) {
      if (evidence.size() >= MOST_EVIDENCE) {
        break;
      }
      Optional<Records.Held> held = records.find(log, seq);
      if (segment.filter(s -> seq >= s.first() && seq < s.next()).isEmpty()) {
        segment = segments.holding(log, seq);
      }
      if (held.isPresent() && segment.isPresent()) {
        SignedNote note = segment.get().note();
        evidence.add(
            new Told.Evidence(
                seq,
                held.get().row().type(),
                Instant.ofEpochMilli(held.get().row().wall()),
                note.cosignedBy(mirror).map(Cosignature::at).orElse(Instant.EPOCH),
                size(note),
                held.get().body().flatMap(Telling::parsed)));
      }
    }
    return evidence;
  }

  private static long size(SignedNote note) {
    try {
      return Checkpoint.parse(note.text()).size();
    } catch (EvidenceException e) {
      throw new IllegalStateException("HQ's database holds a note that is no checkpoint", e);
    }
  }

  /**
   * A body that is no event of our dialect tells nothing here; its record is shown all the same.
   */
  private static Optional<Json.Obj> parsed(byte[] body) {
    try {
      return Optional.of(Json.parse(body));
    } catch (JsonException e) {
      return Optional.empty();
    }
  }

  private static Optional<IncidentChanged> recalled(byte[] body) {
    try {
      return Recall.incident(body);
    } catch (JsonException e) {
      return Optional.empty();
    }
  }

  private static Json.Obj object(Json.Obj from, String key) {
    return from.find(key)
        .filter(Json.Obj.class::isInstance)
        .map(Json.Obj.class::cast)
        .orElseGet(Json::object);
  }
}
