package io.waybillguard.agent.pipeline;

import io.waybillguard.agent.detect.Detector;
import io.waybillguard.agent.event.JsonException;
import io.waybillguard.agent.event.Observation;
import io.waybillguard.agent.event.Recall;
import io.waybillguard.agent.evidence.BodyPart;
import io.waybillguard.agent.evidence.Entry;
import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.LogReader;
import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What rules remember, read from the log in its order. */
final class Memories {
  private static final Logger LOG = LoggerFactory.getLogger(Memories.class);

  /**
   * Records of one type that are read, the newest: some seconds at most, on a slow desk. A desk
   * that makes more of a type within a rule's time forgets the older ones at a restart.
   */
  static final int MOST = 20_000;

  /** Told of each. */
  interface Listener {
    void on(long seq, Observation seen);
  }

  private final LogReader log;
  private final Instant now;

  Memories(LogReader log, Instant now) {
    this.log = log;
    this.now = now;
  }

  /**
   * @return how many there were
   * @throws IOException if the log cannot be read
   */
  int tell(Collection<Detector> rules, Listener listener) throws IOException {
    Map<String, Instant> since = new TreeMap<>();
    for (Detector rule : rules) {
      Instant from = now.minus(rule.memory().back());
      rule.memory()
          .types()
          .forEach(type -> since.merge(type, from, (a, b) -> a.isBefore(b) ? a : b));
    }
    // By place, whatever their types: their order is what rules judge by.
    long[] places = {};
    for (Map.Entry<String, Instant> each : since.entrySet()) {
      long[] more = log.places(each.getKey(), each.getValue(), Instant.MAX, MOST);
      places = LongStream.concat(LongStream.of(places), LongStream.of(more)).toArray();
    }
    Arrays.sort(places);
    int told = 0;
    for (long seq : places) {
      Optional<Observation> seen = observation(seq);
      if (seen.isPresent()) {
        listener.on(seq, seen.get());
        told++;
      }
    }
    return told;
  }

  private Optional<Observation> observation(long seq) throws IOException {
    try {
      Optional<BodyPart> body =
          log.entry(seq).map(Entry::bodies).flatMap(parts -> parts.stream().findFirst());
      return body.isEmpty() ? Optional.empty() : Recall.observation(body.get().data());
    } catch (EvidenceException | JsonException e) {
      // Its bytes are evidence as they are, and whoever verifies the log says what is wrong.
      LOG.warn("record {} cannot be told to the rules again: {}", seq, e.getMessage());
      return Optional.empty();
    }
  }
}
