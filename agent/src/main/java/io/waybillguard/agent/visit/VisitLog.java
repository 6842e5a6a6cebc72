package io.waybillguard.agent.visit;

import io.waybillguard.agent.event.JsonException;
import io.waybillguard.agent.event.Recall;
import io.waybillguard.agent.event.VisitorExpected;
import io.waybillguard.agent.evidence.Entry;
import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.LogReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The log as visits use it. Opened anew each time, since it may be set aside. One thread. */
final class VisitLog {
  private static final Logger LOG = LoggerFactory.getLogger(VisitLog.class);

  static final String EXPECTED = "visitor.expected";
  static final String BEGUN = "visit.begin";
  static final String ENDED = "visit.end";

  /** A visit that was announced longer ago than this is forgotten at a new start. */
  private static final Duration LOOK_BACK = Duration.ofDays(31);

  private final Path data;
  private String origin = "";
  private long next;

  VisitLog(Path data) {
    this.data = data;
  }

  /** Visits that were announced since this was asked last and have not ended, the oldest first. */
  List<Visit> announced(Instant now) throws IOException {
    List<Visit> found = new ArrayList<>();
    try (LogReader log = LogReader.open(data)) {
      String name = log.keys().origin();
      if (!name.equals(origin)) {
        origin = name;
        next = 0;
      }
      long size = log.size();
      if (size == next) {
        return found;
      }
      for (long seq : log.places(EXPECTED, now.minus(LOOK_BACK), Instant.MAX, 0)) {
        Optional<VisitorExpected> said =
            seq < next ? Optional.empty() : log.entry(seq).flatMap(VisitLog::said);
        String id = Visit.id(name, seq);
        if (said.isPresent() && find(log, ENDED, id).isEmpty()) {
          VisitorExpected it = said.get();
          found.add(
              new Visit(
                  id, it.visitor(), it.from(), it.until(), find(log, BEGUN, id).map(this::digest)));
        }
      }
      next = size;
    } catch (EvidenceException e) {
      throw new IOException("the log cannot be read: " + e.getMessage(), e);
    }
    return found;
  }

  private static Optional<VisitorExpected> said(Entry entry) {
    try {
      Optional<byte[]> body = entry.event();
      return body.isPresent()
              && Recall.observation(body.get()).orElse(null) instanceof VisitorExpected said
          ? Optional.of(said)
          : Optional.empty();
    } catch (JsonException e) {
      LOG.warn("record {} is not understood: {}", entry.seq(), e.getMessage());
      return Optional.empty();
    }
  }

  /** Digest of what was there as a visit began, if that was written down. */
  Optional<String> begun(String id) throws IOException {
    return find(BEGUN, id).map(this::digest);
  }

  /** Whether the end of a visit was written down. */
  boolean hasEnded(String id) throws IOException {
    return find(ENDED, id).isPresent();
  }

  private String digest(Entry begun) {
    return begun.leaf().fields().text("digest", "");
  }

  private Optional<Entry> find(String type, String id) throws IOException {
    try (LogReader log = LogReader.open(data)) {
      return find(log, type, id);
    } catch (EvidenceException e) {
      throw new IOException("the log cannot be read: " + e.getMessage(), e);
    }
  }

  private static Optional<Entry> find(LogReader log, String type, String id)
      throws IOException, EvidenceException {
    return log.find(type, Instant.EPOCH, Instant.MAX, -1).stream()
        .filter(entry -> entry.leaf().fields().text("id", "").equals(id))
        .findFirst();
  }
}
