package io.waybillguard.agent.report;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.Span;
import io.waybillguard.agent.evidence.BodyPart;
import io.waybillguard.agent.evidence.Checkpoint;
import io.waybillguard.agent.evidence.ConsistencyClaim;
import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.Frontier;
import io.waybillguard.agent.evidence.HandOver;
import io.waybillguard.agent.evidence.Hash;
import io.waybillguard.agent.evidence.KeyChain;
import io.waybillguard.agent.evidence.Leaf;
import io.waybillguard.agent.evidence.Merkle;
import io.waybillguard.agent.evidence.SigningKey;
import io.waybillguard.agent.evidence.TlogProof;
import io.waybillguard.agent.evidence.VerifierKey;
import io.waybillguard.agent.report.wire.BodyFrames;
import io.waybillguard.agent.report.wire.Command;
import io.waybillguard.agent.report.wire.HeartbeatReply;
import io.waybillguard.agent.report.wire.ImpliedHashes;
import io.waybillguard.agent.report.wire.NumberLine;
import io.waybillguard.agent.report.wire.RemovalAnchor;
import io.waybillguard.agent.report.wire.Segment;
import io.waybillguard.agent.report.wire.WireException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPInputStream;

/**
 * An HQ in memory, for one log. It checks what a real one checks; it can be away, lose answers, and
 * lie. One thread.
 */
final class FakeHq implements Transport {
  private final SigningKey witness = key("hq.example/witness1");
  private final SigningKey mirror = key("hq.example/mirror1");
  final SigningKey commandKey = key("hq.example/commands1", VerifierKey.SIGNER);
  private KeyChain keys;
  private long size;
  private Hash root = Merkle.empty();
  private Frontier held = new Frontier();
  final List<byte[]> leaves = new ArrayList<>();
  final List<String> asked = new ArrayList<>();
  final List<BodyPart> bodies = new ArrayList<>();

  /** How the segments came. */
  final List<Body> kinds = new ArrayList<>();

  /** What goes out with the next heartbeats. */
  List<Command.Message> commands = List.of();

  List<RemovalAnchor> removal = List.of();

  /** Its clock. */
  Instant now = TestDesk.NOON;

  int mostBodies = Integer.MAX_VALUE;
  boolean away;
  boolean losesAnswers;
  boolean lies;

  /** As HQs were before hashes could be left out. */
  boolean old;

  int mostLeaves = Integer.MAX_VALUE;

  FakeHq(VerifierKey first) {
    this.keys = KeyChain.startingWith(first);
  }

  private static SigningKey key(String name) {
    return key(name, VerifierKey.COSIGNER);
  }

  static SigningKey key(String name, byte type) {
    try {
      return SigningKey.of(name, type, SigningKey.freshPair());
    } catch (EvidenceException e) {
      throw new AssertionError(e);
    }
  }

  /** What enrolling a log here gives. */
  Enrolment enrolment(String origin) {
    return new Enrolment(
        URI.create("https://hq.example"),
        origin,
        keys.epochs().get(0).key(),
        "0571-001",
        List.of(),
        witness.verifier(),
        mirror.verifier(),
        commandKey.verifier());
  }

  @Override
  public Answer post(String path, Body kind, byte[] body) throws IOException {
    if (away) {
      throw new IOException("connection refused");
    }
    asked.add(path.substring(path.lastIndexOf('/') + 1));
    Answer answer;
    try {
      answer = answer(path, kind, body);
    } catch (EvidenceException | WireException e) {
      answer =
          new Answer(
              422,
              Json.object()
                  .put("error", "proof_wrong")
                  .put("detail", String.valueOf(e.getMessage()))
                  .canonical(),
              Optional.empty());
    }
    if (losesAnswers) {
      throw new IOException("connection reset");
    }
    return answer;
  }

  private Answer answer(String path, Body kind, byte[] body)
      throws IOException, EvidenceException, WireException {
    if (path.endsWith("/heartbeat")) {
      HeartbeatReply reply =
          new HeartbeatReply(
              now, size, held.size(), Duration.ofMinutes(5), commands, "", false, removal);
      return ok(reply.encode());
    }
    if (path.endsWith("/add-checkpoint")) {
      return head(ConsistencyClaim.parse(text(body)));
    }
    if (path.endsWith("/keys")) {
      keys = HandOver.learn(keys, TlogProof.parse(text(body)));
      return ok(NumberLine.encode(keys.last().number()));
    }
    if (old && kind == Body.LEAN_SEGMENT) {
      return new Answer(415, Json.object().put("error", "malformed").canonical(), Optional.empty());
    }
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(body))) {
      return path.endsWith("/bodies")
          ? bodies(in.readAllBytes())
          : segment(kind, Segment.decode(in.readAllBytes()));
    }
  }

  private Answer head(ConsistencyClaim claim) throws EvidenceException {
    Checkpoint head = Checkpoint.parse(claim.note().text());
    if (keys.epochs().stream().noneMatch(e -> claim.note().isSignedBy(e.key()))) {
      return new Answer(403, NumberLine.encodeUnknownEpoch(keys.last().number()), Optional.empty());
    }
    keys.verify(claim.note());
    if (claim.old() != size) {
      return new Answer(409, NumberLine.encode(size), Optional.empty());
    }
    if (!Merkle.consistent(size, root, head.size(), head.root(), claim.proof())) {
      throw new EvidenceException("no continuation");
    }
    size = head.size();
    root = head.root();
    return signed(witness, head);
  }

  private Answer segment(Body kind, Segment came) throws EvidenceException, WireException {
    Segment segment = kind == Body.LEAN_SEGMENT ? ImpliedHashes.putBack(came) : came;
    kinds.add(kind);
    if (segment.leaves().size() > mostLeaves) {
      return new Answer(413, Json.object().put("error", "too_large").canonical(), Optional.empty());
    }
    if (segment.oldSize() != held.size()) {
      return new Answer(409, NumberLine.encode(held.size()), Optional.empty());
    }
    Frontier grown = held.copy();
    KeyChain learnt = keys;
    for (byte[] leaf : segment.leaves()) {
      grown.append(Merkle.leaf(leaf));
      Leaf read = Leaf.parse(leaf);
      learnt =
          read.fields().number("epoch", -1) > learnt.last().number() ? learnt.after(read) : learnt;
    }
    Checkpoint head = learnt.verify(segment.note());
    if (!head.root().equals(grown.root())) {
      throw new EvidenceException("the leaves do not lead to the root");
    }
    held = grown;
    keys = learnt;
    leaves.addAll(segment.leaves());
    return signed(mirror, head);
  }

  private Answer bodies(byte[] frames) throws EvidenceException, WireException {
    List<BodyPart> came = BodyFrames.read(ByteBuffer.wrap(frames), new Span(0, held.size()));
    if (came.size() > mostBodies) {
      return new Answer(413, Json.object().put("error", "too_large").canonical(), Optional.empty());
    }
    for (BodyPart body : came) {
      Leaf.parse(leaves.get((int) body.index())).check(body);
      bodies.add(body);
    }
    return ok(Json.object().put("kept", List.of()).canonical());
  }

  private Answer signed(SigningKey key, Checkpoint head) {
    Checkpoint signed = lies ? new Checkpoint(head.origin(), head.size() + 1, head.root()) : head;
    return ok(key.cosign(signed.text(), TestDesk.NOON).line().getBytes(StandardCharsets.UTF_8));
  }

  private static Answer ok(byte[] body) {
    return new Answer(200, body, Optional.empty());
  }

  private static String text(byte[] body) {
    return new String(body, StandardCharsets.UTF_8);
  }
}
