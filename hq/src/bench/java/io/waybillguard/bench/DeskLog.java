package io.waybillguard.bench;

import io.waybillguard.agent.event.Desk;
import io.waybillguard.agent.event.Event;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.evidence.BodyPart;
import io.waybillguard.agent.evidence.Checkpoint;
import io.waybillguard.agent.evidence.ConsistencyClaim;
import io.waybillguard.agent.evidence.Frontier;
import io.waybillguard.agent.evidence.Hash;
import io.waybillguard.agent.evidence.Merkle;
import io.waybillguard.agent.evidence.SignedNote;
import io.waybillguard.agent.evidence.SigningKey;
import io.waybillguard.agent.report.wire.Segment;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A workstation's evidence log in memory, with the agent's own records. Not thread-safe. */
final class DeskLog {
  private final SigningKey key;
  private final Desk desk;
  private final List<byte[]> leaves = new ArrayList<>();
  private final List<BodyPart> bodies = new ArrayList<>();
  private final Map<Long, Hash> nodes = new HashMap<>();
  private final Frontier edge;
  private final Random random;

  DeskLog(SigningKey key, Desk desk, long seed) {
    this(key, desk, new Frontier(), seed);
  }

  private DeskLog(SigningKey key, Desk desk, Frontier edge, long seed) {
    this.key = key;
    this.desk = desk;
    this.edge = edge;
    this.random = new Random(seed);
  }

  /** The same records, from here on growing on its own. */
  DeskLog twin() {
    DeskLog twin = new DeskLog(key, desk, edge.copy(), random.nextLong());
    twin.leaves.addAll(leaves);
    twin.bodies.addAll(bodies);
    twin.nodes.putAll(nodes);
    return twin;
  }

  long size() {
    return leaves.size();
  }

  byte[] leaf(long index) {
    return leaves.get((int) index);
  }

  void append(Event event) {
    long seq = leaves.size();
    byte[] salt = new byte[BodyPart.SALT_LENGTH];
    random.nextBytes(salt);
    BodyPart part = new BodyPart(seq, 0, salt, desk.body(event, seq, event.at()));
    Json.Obj promise =
        Json.object()
            .put("h", part.commitment().base64())
            .put("n", part.data().length)
            .put("ct", Desk.contentType())
            .put("cls", event.bodyClass().word());
    byte[] leaf =
        event
            .leaf()
            .put("v", 1)
            .put("seq", seq)
            .put("type", event.type())
            .put("wall", event.at().toEpochMilli())
            .put("mono", seq)
            .put("boot", desk.boot())
            .put("body", List.of(promise))
            .canonical();
    leaves.add(leaf);
    bodies.add(part);
    edge.append(
        Merkle.leaf(leaf), (level, index, hash) -> nodes.put((long) level << 48 | index, hash));
  }

  private Hash node(int level, long index) throws IOException {
    Hash hash = nodes.get((long) level << 48 | index);
    if (hash == null) {
      throw new IOException("no node " + level + "." + index);
    }
    return hash;
  }

  Checkpoint head(long size) throws IOException {
    return new Checkpoint(key.verifier().name(), size, Merkle.root(this::node, size));
  }

  SignedNote note(long size) throws IOException {
    return head(size).signedBy(key);
  }

  ConsistencyClaim claim(long old, long size) throws IOException {
    return new ConsistencyClaim(old, Merkle.consistency(this::node, old, size), note(size));
  }

  /** The records from one size to another, with all bodies. */
  Segment segment(long from, long to) throws IOException {
    return new Segment(
        from, note(to), leaves.subList((int) from, (int) to), bodies.subList((int) from, (int) to));
  }

  /** When a record of this log is said to have happened. */
  Instant next() {
    return Instant.ofEpochMilli(1_781_000_000_000L + leaves.size() * 1_000L);
  }
}
