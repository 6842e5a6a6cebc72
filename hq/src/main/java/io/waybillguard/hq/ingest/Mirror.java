package io.waybillguard.hq.ingest;

import io.waybillguard.agent.event.AgentUpdate;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.evidence.BodyPart;
import io.waybillguard.agent.evidence.Checkpoint;
import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.Frontier;
import io.waybillguard.agent.evidence.Hash;
import io.waybillguard.agent.evidence.KeyChain;
import io.waybillguard.agent.evidence.Leaf;
import io.waybillguard.agent.evidence.Merkle;
import io.waybillguard.agent.evidence.NoteSignature;
import io.waybillguard.agent.evidence.SignedNote;
import io.waybillguard.agent.evidence.SigningKey;
import io.waybillguard.agent.report.wire.BodyFrames;
import io.waybillguard.agent.report.wire.Limits;
import io.waybillguard.agent.report.wire.Refusal;
import io.waybillguard.agent.report.wire.Segment;
import io.waybillguard.hq.store.Alarms;
import io.waybillguard.hq.store.FreshSegments;
import io.waybillguard.hq.store.LogState;
import io.waybillguard.hq.store.Logs;
import io.waybillguard.hq.store.ReadSegment;
import io.waybillguard.hq.store.RecordRow;
import io.waybillguard.hq.store.SegmentStore;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * HQ as a mirror: takes records, makes them durable, and only then signs that it holds them
 * ("hold"). Safe for use by several threads.
 */
public final class Mirror {
  private final SigningKey mirrorKey;
  private final SigningKey witnessKey;
  private final Logs logs;
  private final SegmentStore files;
  private final FreshSegments fresh;
  private final InstantSource clock;
  private final AtomicInteger underWay = new AtomicInteger();

  /**
   * A mirror that signs with these two keys.
   *
   * @param fresh where it leaves what it has taken, to be made findable
   */
  public Mirror(
      SigningKey mirrorKey,
      SigningKey witnessKey,
      Logs logs,
      SegmentStore files,
      FreshSegments fresh,
      InstantSource clock) {
    this.mirrorKey = mirrorKey;
    this.witnessKey = witnessKey;
    this.logs = logs;
    this.files = files;
    this.fresh = fresh;
    this.clock = clock;
  }

  /**
   * {@code POST /v1/logs/{id}/segments}.
   *
   * @param caller id of the log that the client certificate is for
   * @param segment with every hash
   * @return the mirror's cosignature line; after it the witness's, when the head moved too
   * @throws IOException if it could not be made durable; nothing is signed then
   */
  public String addSegment(String caller, Segment segment) throws Rejected, IOException {
    underWay.incrementAndGet();
    try {
      return judged(caller, segment);
    } finally {
      underWay.decrementAndGet();
    }
  }

  /** How many segments are being taken now. */
  public int underWay() {
    return underWay.get();
  }

  private String judged(String caller, Segment segment) throws Rejected, IOException {
    byte[] body = segment.encode();
    if (body.length > Limits.SEGMENT_UNPACKED) {
      throw Rejected.because(
          413,
          Refusal.TOO_LARGE,
          "segment of " + body.length + " bytes; limit " + Limits.SEGMENT_UNPACKED);
    }
    Checkpoint to = Witness.checkpoint(segment.note());
    List<Leaf> leaves = leaves(segment);
    for (BodyPart part : segment.bodies()) {
      check(leaves.get((int) (part.index() - segment.oldSize())), part);
    }
    List<RecordRow> rows = rows(segment, leaves);
    return Attempts.untilUnchanged(() -> attempt(caller, segment, to, leaves, rows, body));
  }

  private Attempts.Result<String> attempt(
      String caller,
      Segment segment,
      Checkpoint to,
      List<Leaf> leaves,
      List<RecordRow> rows,
      byte[] body)
      throws Rejected, IOException {
    LogState log = Witness.state(logs, caller, to.origin());
    Instant now = clock.instant();
    SignedNote note = segment.note();
    Witness.checkSigner(logs, log, note, to, now);
    boolean head = log.head().size() < to.size();
    NoteSignature hold = mirrorKey.cosign(note.text(), now);
    // "Seen" is the word on the largest head only (C2SP tlog-cosignature).
    Optional<NoteSignature> seen =
        head || log.head().equals(to)
            ? Optional.of(witnessKey.cosign(note.text(), now))
            : Optional.empty();
    String answer = hold.line() + seen.map(NoteSignature::line).orElse("");
    if (log.mirror().equals(to)) {
      return Attempts.done(answer); // sent again: held since the first time
    }
    if (segment.oldSize() != log.mirror().size()) {
      throw Rejected.size(log.mirror().size());
    }
    Frontier frontier = grow(caller, log, segment, to);
    KeyChain keys = keysAfter(caller, log, note, to, leaves);
    SignedNote kept = note.with(hold);
    if (seen.isPresent()) {
      kept = kept.with(seen.get());
    }
    // The file first. If the row never follows, no one knows the file, and the segment comes again.
    String file = files.write(caller, segment.oldSize(), to.size(), body);
    Logs.Step step =
        new Logs.Step(
            to,
            frontier,
            kept,
            head,
            keys,
            file,
            body.length,
            Hash.sha256(body).hex(),
            rows,
            leaves.stream()
                .filter(l -> l.type().startsWith("hq.") || l.type().equals(AgentUpdate.TYPE))
                .toList());
    if (!logs.advanceMirror(log, step, now)) {
      return Attempts.again();
    }
    fresh.put(
        file,
        new ReadSegment(leaves.stream().map(ReadSegment.Header::of).toList(), segment.bodies()),
        body.length);
    return Attempts.done(answer);
  }

  /** The leaves as headers, each in its place. */
  private static List<Leaf> leaves(Segment segment) throws Rejected {
    List<Leaf> leaves = new ArrayList<>(segment.leaves().size());
    for (byte[] bytes : segment.leaves()) {
      long index = segment.oldSize() + leaves.size();
      try {
        Leaf leaf = Leaf.parse(bytes);
        if (leaf.seq() != index) {
          throw Rejected.because(
              400, Refusal.MALFORMED, "leaf " + index + " says it is " + leaf.seq());
        }
        leaves.add(leaf);
      } catch (EvidenceException e) {
        throw Rejected.because(400, Refusal.MALFORMED, "leaf " + index + ": " + e.getMessage());
      }
    }
    return leaves;
  }

  /**
   * The tree with the segment's leaves, which must have the signed root, and on the way every root
   * that HQ has seen signed for a size in between.
   */
  private Frontier grow(String caller, LogState log, Segment segment, Checkpoint to)
      throws Rejected {
    Map<Long, Hash> signed = new HashMap<>();
    log.closings().forEach(c -> signed.put(c.size(), c.root()));
    if (log.head().size() > 0) {
      signed.put(log.head().size(), log.head().root());
    }
    Frontier tree = log.frontier().copy();
    for (byte[] leaf : segment.leaves()) {
      tree.append(Merkle.leaf(leaf));
      Hash expected = signed.get(tree.size());
      if (expected != null && !expected.equals(tree.root())) {
        throw forked(
            caller,
            segment.note(),
            "the leaves give root "
                + tree.root()
                + " at size "
                + tree.size()
                + ", where the log had signed "
                + expected);
      }
    }
    if (!tree.root().equals(to.root())) {
      throw forked(
          caller,
          segment.note(),
          "the leaves give root "
              + tree.root()
              + " at size "
              + to.size()
              + ", the checkpoint says "
              + to.root());
    }
    return tree;
  }

  private Rejected forked(String caller, SignedNote note, String detail) {
    logs.forked(caller, Alarms.Kind.FORKED, detail, note, clock.instant());
    return Rejected.because(422, Refusal.PROOF_WRONG, detail);
  }

  /**
   * The keys after this segment. A hand-over that is new to HQ counts only as the last leaf under a
   * checkpoint of the old key; one that HQ knows must be the same.
   */
  private KeyChain keysAfter(
      String caller, LogState log, SignedNote note, Checkpoint to, List<Leaf> leaves)
      throws Rejected {
    KeyChain keys = log.keys();
    try {
      for (Leaf leaf : leaves) {
        if (leaf.type().equals("log.key")) {
          keys = keysAfter(keys, to, leaf);
        }
      }
    } catch (EvidenceException e) {
      String conflict = String.valueOf(e.getMessage());
      logs.forked(caller, Alarms.Kind.KEY_MISUSED, conflict, note, clock.instant());
      throw Rejected.because(422, Refusal.KEY_CONFLICT, conflict);
    }
    if (keys != log.keys() && log.head().size() > to.size()) {
      // The records are good and are taken; but the old key went on to sign beyond its own end.
      String detail =
          "epoch "
              + log.keys().last().number()
              + " ended at "
              + to.size()
              + "; its key signed the head of size "
              + log.head().size();
      logs.forked(
          caller, Alarms.Kind.KEY_MISUSED, detail, log.headNote().orElse(note), clock.instant());
    }
    return keys;
  }

  private static KeyChain keysAfter(KeyChain keys, Checkpoint to, Leaf leaf)
      throws EvidenceException {
    long number = leaf.fields().number("epoch", -1);
    if (number < 0 || number > keys.last().number()) {
      KeyChain more = keys.after(leaf);
      if (leaf.seq() + 1 != to.size()) {
        throw new EvidenceException(
            "record "
                + leaf.seq()
                + " ends epoch "
                + keys.last().number()
                + ", whose key signed size "
                + to.size());
      }
      return more;
    }
    KeyChain.Epoch known = keys.epochs().get((int) number);
    if (known.firstSize() != leaf.seq() + 1
        || !known.key().toString().equals(leaf.fields().text("next", ""))) {
      throw new EvidenceException(
          "record "
              + leaf.seq()
              + " hands over to epoch "
              + number
              + ", which HQ knows to begin at "
              + known.firstSize()
              + " with key "
              + known.key());
    }
    return keys;
  }

  /** Rows for the console. */
  private static List<RecordRow> rows(Segment segment, List<Leaf> leaves) {
    Map<Long, RecordRow.Piece> places = new HashMap<>();
    Map<Long, Integer> severities = new HashMap<>();
    long at = segment.leavesAt();
    for (byte[] leaf : segment.leaves()) {
      at += 2 + leaf.length;
    }
    for (BodyPart body : segment.bodies()) {
      at += BodyFrames.HEADER_BYTES;
      if (body.part() == 0) {
        places.put(body.index(), new RecordRow.Piece(at, body.data().length));
        severities.put(body.index(), severity(body.data()));
      }
      at += body.data().length;
    }
    List<RecordRow> rows = new ArrayList<>(leaves.size());
    at = segment.leavesAt();
    for (int i = 0; i < leaves.size(); i++) {
      Leaf leaf = leaves.get(i);
      int length = segment.leaves().get(i).length;
      rows.add(
          new RecordRow(
              leaf.seq(),
              leaf.wall(),
              leaf.type(),
              severities.getOrDefault(leaf.seq(), 0),
              leaf.fields().text("sensor", ""),
              new RecordRow.Piece(at + 2, length),
              Optional.ofNullable(places.get(leaf.seq()))));
      at += 2 + length;
    }
    return rows;
  }

  private static void check(Leaf leaf, BodyPart body) throws Rejected {
    try {
      leaf.check(body);
    } catch (EvidenceException e) {
      throw Rejected.because(422, Refusal.PROOF_WRONG, String.valueOf(e.getMessage()));
    }
  }

  /**
   * The severity that an event gives itself. A body that is no event is still evidence: it is what
   * the leaf promised.
   */
  private static int severity(byte[] event) {
    return (int) Json.outerNumber(event, "severity_id", 0);
  }
}
