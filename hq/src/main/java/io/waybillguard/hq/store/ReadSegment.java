package io.waybillguard.hq.store;

import io.waybillguard.agent.evidence.BodyPart;
import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.Leaf;
import io.waybillguard.agent.report.wire.Segment;
import java.util.ArrayList;
import java.util.List;

/**
 * A segment taken apart, with its leaves read. Done once when it is taken, and handed on.
 *
 * @param leaves in the log's order
 * @param bodies what came with them
 */
public record ReadSegment(List<Leaf> leaves, List<BodyPart> bodies) {
  public ReadSegment {
    leaves = List.copyOf(leaves);
    bodies = List.copyOf(bodies);
  }

  /**
   * A segment as it is kept.
   *
   * @throws EvidenceException if a leaf is none
   */
  static ReadSegment of(Segment segment) throws EvidenceException {
    List<Leaf> leaves = new ArrayList<>(segment.leaves().size());
    for (byte[] bytes : segment.leaves()) {
      leaves.add(Leaf.parse(bytes));
    }
    return new ReadSegment(leaves, segment.bodies());
  }
}
