package io.waybillguard.agent.detect;

import io.waybillguard.agent.event.Event;
import io.waybillguard.agent.event.Finding;
import io.waybillguard.agent.event.Observation;
import io.waybillguard.agent.event.RuleSwitchedOff;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What follows from the records of a log: the rules judge what was seen, the circumstances weigh
 * it, and what belongs together becomes one incident. Pure: the same records in the same order give
 * the same; that is how a log is tried with other settings. Not thread-safe.
 */
public final class Judge {
  private static final Logger LOG = LoggerFactory.getLogger(Judge.class);

  private Supplier<List<Detector>> newRules;
  private final Circumstances circumstances;
  private List<Detector> rules = List.of();
  private Incidents incidents = new Incidents("");

  /**
   * Judges nothing yet: {@link #begin} comes first.
   *
   * @param newRules makes the rules, none of which has seen anything
   */
  public Judge(Supplier<List<Detector>> newRules, Circumstances circumstances) {
    this.newRules = newRules;
    this.circumstances = circumstances;
  }

  /**
   * Begins with a log. What rules and incidents know of another is of no use in it: they name
   * records by their places.
   *
   * @param logId names its incidents
   */
  public void begin(String logId) {
    rules = new ArrayList<>(newRules.get());
    incidents = new Incidents(logId);
  }

  /** The records of a log, told again. */
  @FunctionalInterface
  public interface Past {
    /**
     * @param types of the records wanted, and how far back from now
     * @param listener is told each with its place, in their order
     * @throws IOException if they cannot be read
     */
    void tell(Map<String, Duration> types, BiConsumer<Long, Event> listener) throws IOException;
  }

  /**
   * Goes on with other rules in the place of these: they are told again what they want to remember,
   * and what they make of it is nobody's news. Incidents and what holds at the desk go on.
   *
   * @throws IOException if the log cannot be read; all is as it was then
   * @throws IllegalArgumentException if the rules cannot be made; likewise
   */
  public void adopt(Supplier<List<Detector>> others, Circumstances.Terms terms, Past past)
      throws IOException {
    List<Detector> fresh = new ArrayList<>(others.get());
    List<Detector.Memory> wanted = fresh.stream().map(Detector::memory).toList();
    past.tell(
        memory(wanted),
        (seq, event) -> {
          if (event instanceof Observation seen) {
            List<Event> unused = think(fresh, seq, seen);
          }
        });
    newRules = others;
    rules = fresh;
    circumstances.settle(terms);
  }

  /** Types of records that it is to be told again at a start, and how far back from now. */
  public Map<String, Duration> memory() {
    List<Detector.Memory> all = new ArrayList<>();
    rules.forEach(rule -> all.add(rule.memory()));
    all.add(Circumstances.MEMORY);
    all.add(Incidents.MEMORY);
    return memory(all);
  }

  private static Map<String, Duration> memory(List<Detector.Memory> all) {
    Map<String, Duration> types = new TreeMap<>();
    for (Detector.Memory each : all) {
      each.types()
          .forEach(type -> types.merge(type, each.back(), (a, b) -> a.compareTo(b) >= 0 ? a : b));
    }
    return types;
  }

  /** Takes in a record of an earlier run. What followed from it was logged then. */
  public void remember(long seq, Event event) {
    circumstances.enter(event);
    incidents.remember(event);
    if (event instanceof Observation seen) {
      List<Event> unused = think(rules, seq, seen);
    }
  }

  /**
   * What follows at once from one more record.
   *
   * @param seq its place in the log, higher than any before
   * @return records to log, in this order; each is then to be judged as well
   */
  public List<Event> on(long seq, Event event) {
    circumstances.enter(event);
    List<Event> following = new ArrayList<>(incidents.on(seq, event));
    if (event instanceof Observation seen) {
      following.addAll(think(rules, seq, seen));
    }
    return following;
  }

  /** Who is signed on at the desk, or "" for nobody. */
  public String operator() {
    return circumstances.operator();
  }

  /** A rule that throws is off until the next start; what it threw on is in the log already. */
  private List<Event> think(List<Detector> rules, long seq, Observation seen) {
    List<Event> following = new ArrayList<>();
    List<Detector> broken = new ArrayList<>();
    for (Detector rule : rules) {
      try {
        List<Finding> found = rule.on(seq, seen);
        if (!found.isEmpty()) { // most rules say nothing of most records
          found.forEach(finding -> following.add(circumstances.weigh(finding)));
        }
      } catch (RuntimeException e) {
        LOG.error(
            "rule={} failed on record {} and is off until the next start", rule.rule(), seq, e);
        broken.add(rule);
        following.add(
            new RuleSwitchedOff(seen.at(), rule.rule(), "failed on record " + seq + ": " + e));
      }
    }
    rules.removeAll(broken);
    return following;
  }
}
