package io.waybillguard.hq.store;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.evidence.BodyPart;
import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.Leaf;
import io.waybillguard.agent.report.wire.Segment;
import java.util.ArrayList;
import java.util.List;

/**
 * A segment taken apart, with as much of its leaves as records are found by. Done once when it is
 * taken, and handed on.
 *
 * @param headers one a leaf, in the log's order
 * @param bodies what came with them
 */
public record ReadSegment(List<Header> headers, List<BodyPart> bodies) {
  public ReadSegment {
    headers = List.copyOf(headers);
    bodies = List.copyOf(bodies);
  }

  /**
   * What a leaf says of its record.
   *
   * @param seq its place in the log
   * @param wall ms since 1970 UTC by the desk's clock
   * @param type such as {@code usb.attach}
   */
  public record Header(long seq, long wall, String type) {
    /** Of a leaf that was read whole. */
    public static Header of(Leaf leaf) {
      return new Header(leaf.seq(), leaf.wall(), leaf.type());
    }
  }

  /**
   * A segment as it is kept: its leaves were read whole when it was taken, and need not be again.
   *
   * @throws EvidenceException if a leaf is none
   */
  static ReadSegment of(Segment segment) throws EvidenceException {
    List<Header> headers = new ArrayList<>(segment.leaves().size());
    for (byte[] leaf : segment.leaves()) {
      long seq = segment.oldSize() + headers.size();
      String type = Leaf.typeOf(leaf);
      long wall = Json.outerNumber(leaf, "wall", Long.MIN_VALUE);
      if (type.isEmpty() || wall == Long.MIN_VALUE) {
        throw new EvidenceException("leaf " + seq + " has no type or no time");
      }
      headers.add(new Header(seq, wall, type));
    }
    return new ReadSegment(headers, segment.bodies());
  }
}
