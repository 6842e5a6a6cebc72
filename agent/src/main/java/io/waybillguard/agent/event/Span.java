package io.waybillguard.agent.event;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;

/**
 * Neighbouring records of a log: those from {@code from} on, up to but not including {@code to}.
 *
 * @param from the first, from 0
 * @param to the first after, &gt; from
 */
public record Span(long from, long to) {

  public Span {
    if (from < 0 || to <= from) {
      throw new IllegalArgumentException("no records lie from " + from + " up to " + to);
    }
  }

  /** The spans that hold exactly these records, in order. */
  public static List<Span> of(SortedSet<Long> records) {
    List<Span> spans = new ArrayList<>();
    for (long record : records) {
      int last = spans.size() - 1;
      if (last >= 0 && spans.get(last).to() == record) {
        spans.set(last, new Span(spans.get(last).from(), record + 1));
      } else {
        spans.add(new Span(record, record + 1));
      }
    }
    return spans;
  }

  /**
   * The spans in a leaf or body: an array of pairs.
   *
   * @throws JsonException if it is anything else
   */
  public static List<Span> read(Json.Obj from, String key) throws JsonException {
    List<Span> spans = new ArrayList<>();
    for (Object pair : from.find(key).map(List.class::cast).orElse(List.of())) {
      if (!(pair instanceof List<?> ends)
          || ends.size() != 2
          || !(ends.get(0) instanceof Long first)
          || !(ends.get(1) instanceof Long after)
          || first < 0
          || after <= first) {
        throw new JsonException("\"" + key + "\" should be pairs of a record and the one after");
      }
      spans.add(new Span(first, after));
    }
    return spans;
  }

  /** The pairs that {@link #read} reads. */
  public static List<List<Long>> pairs(List<Span> spans) {
    return spans.stream().map(s -> List.of(s.from(), s.to())).toList();
  }

  /** How many records these are. */
  public static long count(List<Span> spans) {
    return spans.stream().mapToLong(Span::size).sum();
  }

  /** How many records it holds. */
  public long size() {
    return to - from;
  }

  /** Whether it holds this record. */
  public boolean holds(long record) {
    return from <= record && record < to;
  }
}
