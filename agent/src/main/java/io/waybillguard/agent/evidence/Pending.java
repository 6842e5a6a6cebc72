package io.waybillguard.agent.evidence;

import java.util.List;

/** A record that was accepted: its bytes are fixed, but they are in memory only. */
final class Pending {
  private final long seq;
  private final String type;
  private final long wall;
  private final byte[] leaf;
  private final List<BodyPart> bodies;
  private final Batch.Rows alongside;
  private final long bytes;

  Pending(
      long seq, String type, long wall, byte[] leaf, List<BodyPart> bodies, Batch.Rows alongside) {
    this.seq = seq;
    this.type = type;
    this.wall = wall;
    this.leaf = leaf;
    this.bodies = bodies;
    this.alongside = alongside;
    long all = leaf.length;
    for (BodyPart body : bodies) {
      all += body.data().length;
    }
    this.bytes = all;
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

  /** What is written in the same transaction: what the record says was done. */
  Batch.Rows alongside() {
    return alongside;
  }

  /** Bytes that it keeps in memory, without the objects around them. */
  long bytes() {
    return bytes;
  }
}
