package io.waybillguard.agent.evidence.bundle;

import io.waybillguard.agent.event.BodyClass;
import io.waybillguard.agent.event.JsonException;
import io.waybillguard.agent.event.Span;
import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.Leaf;
import io.waybillguard.agent.evidence.Verdict;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Content that records promise and a bundle does not hold, told apart by whether a record of the
 * log says that it was erased. Used by one thread.
 */
final class Absences {
  /** Type of the record that says what was erased. */
  static final String ERASURE = "log.erase";

  private final SortedMap<Integer, NavigableSet<Long>> absent = new TreeMap<>();
  private final Set<Long> personal = new TreeSet<>();
  // By part, first record to first one after; none overlap.
  private final Map<Integer, NavigableMap<Long, Long>> erased = new TreeMap<>();

  /**
   * Looks at a record.
   *
   * @param here the parts of its content that are here
   * @return whether all are
   */
  boolean see(Leaf leaf, Set<Integer> here) {
    for (int part = 0; part < leaf.bodies().size(); part++) {
      if (!here.contains(part)) {
        absent.computeIfAbsent(part, p -> new TreeSet<>()).add(leaf.seq());
        if (BodyClass.of(leaf.bodies().get(part).bodyClass()) == BodyClass.PERSONAL) {
          personal.add(leaf.seq());
        }
      }
    }
    return here.size() == leaf.bodies().size();
  }

  /**
   * Takes in what a record says was erased.
   *
   * @return whether that explains any absence seen so far
   * @throws EvidenceException if it is no such record, or speaks of records after it
   */
  boolean read(Leaf erasure) throws EvidenceException {
    boolean explains = false;
    try {
      int part = (int) erasure.fields().number("part");
      for (Span span : Span.read(erasure.fields(), "records")) {
        if (span.to() > erasure.seq()) {
          throw new EvidenceException(
              "it erases record " + (span.to() - 1) + ", which came after it");
        }
        add(erased.computeIfAbsent(part, p -> new TreeMap<>()), span.from(), span.to());
        explains |=
            !absent
                .getOrDefault(part, new TreeSet<>())
                .subSet(span.from(), true, span.to(), false)
                .isEmpty();
      }
    } catch (JsonException e) {
      throw new EvidenceException(String.valueOf(e.getMessage()), e);
    }
    return explains;
  }

  private static void add(NavigableMap<Long, Long> spans, long from, long to) {
    long first = from;
    long last = to;
    for (Map.Entry<Long, Long> near = spans.floorEntry(last);
        near != null && near.getValue() >= first;
        near = spans.floorEntry(last)) {
      first = Math.min(first, near.getKey());
      last = Math.max(last, near.getValue());
      spans.remove(near.getKey());
    }
    spans.put(first, last);
  }

  /** The first record of which something is absent; -1 when nothing is. */
  long first() {
    return absent.values().stream().mapToLong(NavigableSet::first).min().orElse(-1);
  }

  /** Records of which a part was erased, as a record says. */
  SortedSet<Long> explained() {
    return which(true);
  }

  /** Records of which a part is absent and no record says why. */
  SortedSet<Long> unexplained() {
    return which(false);
  }

  private SortedSet<Long> which(boolean told) {
    SortedSet<Long> records = new TreeSet<>();
    absent.forEach(
        (part, seqs) -> {
          NavigableMap<Long, Long> spans = erased.getOrDefault(part, new TreeMap<>());
          for (long seq : seqs) {
            Map.Entry<Long, Long> span = spans.floorEntry(seq);
            if ((span != null && seq < span.getValue()) == told) {
              records.add(seq);
            }
          }
        });
    return records;
  }

  /** Says what is absent. */
  void conclude(Verdict.Draft draft) {
    say("bodies_erased", explained(), draft);
    say("bodies_absent", unexplained(), draft);
  }

  private void say(String key, SortedSet<Long> records, Verdict.Draft draft) {
    if (!records.isEmpty()) {
      draft.notProved(key, records.size(), records.stream().filter(personal::contains).count());
    }
  }
}
