package io.waybillguard.agent.detect;

import io.waybillguard.agent.event.Finding;
import io.waybillguard.agent.event.Observation;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** A rule: pure, fed with observations in the order of the log, which it can be fed with again. */
public interface Detector {
  /** The rule's id, such as {@code program-from-removable-media}; also the key of its words. */
  String rule();

  /**
   * What it is told again when the agent starts, so that it goes on where it was: a rule that adds
   * up would otherwise begin at nothing. What it concludes then is in the log already.
   */
  default Memory memory() {
    return Memory.NONE;
  }

  /**
   * Part of the log.
   *
   * @param types types of records, such as {@code net.sent}
   * @param back how far back from now
   */
  record Memory(Set<String> types, Duration back) {
    /** For a rule that judges each observation by itself. */
    public static final Memory NONE = new Memory(Set.of(), Duration.ZERO);

    public Memory {
      types = Set.copyOf(types);
    }
  }

  /**
   * What follows from one more observation.
   *
   * @param seq the observation's place in the log
   * @param seen what was observed
   */
  List<Finding> on(long seq, Observation seen);
}
