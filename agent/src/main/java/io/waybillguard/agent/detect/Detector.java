package io.waybillguard.agent.detect;

import io.waybillguard.agent.event.Finding;
import io.waybillguard.agent.event.Observation;
import java.util.List;

/** A rule: pure, fed with observations in the order of the log, which it can be fed with again. */
public interface Detector {
  /** The rule's id, such as {@code program-from-removable-media}; also the key of its words. */
  String rule();

  /**
   * What follows from one more observation.
   *
   * @param seq the observation's place in the log
   * @param seen what was observed
   */
  List<Finding> on(long seq, Observation seen);
}
