package io.waybillguard.agent.evidence;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A record as it stands in the log.
 *
 * @param seq its place
 * @param at when it happened, by the machine's clock
 * @param type such as {@code usb.attach}
 * @param leaf its header
 * @param bodies its body parts that are still here
 */
public record Entry(long seq, Instant at, String type, Leaf leaf, List<BodyPart> bodies) {
  public Entry {
    bodies = List.copyOf(bodies);
  }

  /**
   * Its event: body part 0. Empty once it is erased. Whether it is what the leaf promised, nobody
   * has looked yet.
   */
  public Optional<byte[]> event() {
    return bodies.stream().filter(body -> body.part() == 0).map(BodyPart::data).findFirst();
  }

  /** The entry behind a leaf's bytes. */
  public static Entry of(byte[] leafBytes, List<BodyPart> bodies) throws EvidenceException {
    Leaf leaf = Leaf.parse(leafBytes);
    return new Entry(leaf.seq(), Instant.ofEpochMilli(leaf.wall()), leaf.type(), leaf, bodies);
  }
}
