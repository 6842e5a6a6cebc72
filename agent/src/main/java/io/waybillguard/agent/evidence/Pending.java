package io.waybillguard.agent.evidence;

import java.util.List;

/** A record that was accepted: its bytes are fixed, but they are in memory only. */
final class Pending {
  private final long seq;
  private final String type;
  private final long wall;
  private final byte[] leaf;
  private final List<BodyPart> bodies;

  Pending(long seq, String type, long wall, byte[] leaf, List<BodyPart> bodies) {
    this.seq = seq;
    this.type = type;
    this.wall = wall;
    this.leaf = leaf;
    this.bodies = bodies;
  }

  long seq() {
    return seq;
  }

  String type() {
    return type;
  }

  /** Ms since 1970 UTC. */
  long wall() {
    return wall;
  }

  byte[] leaf() {
    return leaf;
  }

  List<BodyPart> bodies() {
    return bodies;
  }
}
