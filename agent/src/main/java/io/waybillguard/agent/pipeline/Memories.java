package io.waybillguard.agent.pipeline;

import io.waybillguard.agent.event.Event;
import io.waybillguard.agent.event.JsonException;
import io.waybillguard.agent.event.Recall;
import io.waybillguard.agent.evidence.Entry;
import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.LogReader;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiConsumer;
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

  private final LogReader log;
  private final Instant now;

  Memories(LogReader log, Instant now) {
    this.log = log;
    this.now = now;
  }

  /**
   * @param types of the records that are told, and how far back
   * @param listener is told each with its place, in their order
   * @return how many there were
   * @throws IOException if the log cannot be read
   */
  int tell(Map<String, Duration> types, BiConsumer<Long, Event> listener) throws IOException {
    Map<String, Instant> since = new TreeMap<>();
    types.forEach((type, back) -> since.put(type, now.minus(back)));
    // By place, whatever their types: their order is what rules judge by.
    long[] places = {};
    for (Map.Entry<String, Instant> each : since.entrySet()) {
      long[] more = log.places(each.getKey(), each.getValue(), Instant.MAX, MOST);
      places = LongStream.concat(LongStream.of(places), LongStream.of(more)).toArray();
    }
    Arrays.sort(places);
    int told = 0;
    for (long seq : places) {
      Optional<Event> event = event(seq);
      if (event.isPresent()) {
        listener.accept(seq, event.get());
        told++;
      }
    }
    return told;
  }

  private Optional<Event> event(long seq) throws IOException {
    try {
      Optional<byte[]> body = log.entry(seq).flatMap(Entry::event);
      return body.isEmpty() ? Optional.empty() : Recall.event(body.get());
    } catch (EvidenceException | JsonException e) {
      // Its bytes are evidence as they are, and whoever verifies the log says what is wrong.
      LOG.warn("record {} cannot be told to the rules again: {}", seq, e.getMessage());
      return Optional.empty();
    }
  }
}
