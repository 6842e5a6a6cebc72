package io.waybillguard.hq.ingest;

import io.waybillguard.agent.evidence.Checkpoint;
import io.waybillguard.agent.evidence.ConsistencyClaim;
import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.HandOver;
import io.waybillguard.agent.evidence.KeyChain;
import io.waybillguard.agent.evidence.Leaf;
import io.waybillguard.agent.evidence.Merkle;
import io.waybillguard.agent.evidence.NoteSignature;
import io.waybillguard.agent.evidence.SignedNote;
import io.waybillguard.agent.evidence.SigningKey;
import io.waybillguard.agent.evidence.TlogProof;
import io.waybillguard.agent.report.wire.Limits;
import io.waybillguard.agent.report.wire.Refusal;
import io.waybillguard.hq.store.Alarms;
import io.waybillguard.hq.store.LogState;
import io.waybillguard.hq.store.Logs;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;

/**
 * HQ as a witness (C2SP tlog-witness): cosigns a head ("seen") after checking that it continues the
 * one it cosigned before, and learns the log's next keys. Safe for use by several threads.
 */
public final class Witness {
  private final SigningKey key;
  private final Logs logs;
  private final InstantSource clock;

  /**
   * @param key the witness key
   */
  public Witness(SigningKey key, Logs logs, InstantSource clock) {
    this.key = key;
    this.logs = logs;
    this.clock = clock;
  }

  /**
   * {@code POST /v1/add-checkpoint}.
   *
   * @param caller id of the log that the client certificate is for
   * @return the cosignature line
   * @throws Rejected with the status that C2SP tlog-witness gives
   */
  public String addCheckpoint(String caller, byte[] body) throws Rejected {
    ConsistencyClaim claim = claim(body);
    Checkpoint to = checkpoint(claim.note());
    return Attempts.untilUnchanged(() -> attempt(caller, claim, to));
  }

  private Attempts.Result<String> attempt(String caller, ConsistencyClaim claim, Checkpoint to)
      throws Rejected {
    LogState log = state(caller, to.origin());
    checkSigner(log, claim.note(), to);
    if (claim.old() > to.size()) {
      throw Rejected.because(
          400, Refusal.MALFORMED, "old size " + claim.old() + " is beyond the size " + to.size());
    }
    if (claim.old() != log.head().size()) {
      throw Rejected.size(log.head().size());
    }
    Instant now = clock.instant();
    if (to.size() == log.head().size() && !to.root().equals(log.head().root())) {
      String detail = disagreement(log.head(), to);
      logs.forked(caller, Alarms.Kind.FORKED, detail, claim.note(), now);
      throw Rejected.because(409, Refusal.OTHER_ROOT, detail);
    }
    if (!Merkle.consistent(claim.old(), log.head().root(), to.size(), to.root(), claim.proof())) {
      String detail =
          "the proof does not lead from size "
              + claim.old()
              + " and root "
              + log.head().root()
              + " to size "
              + to.size()
              + " and root "
              + to.root();
      logs.forked(caller, Alarms.Kind.FORKED, detail, claim.note(), now);
      throw Rejected.because(422, Refusal.PROOF_WRONG, detail);
    }
    NoteSignature seen = key.cosign(claim.note().text(), now);
    return logs.advanceHead(log, to, claim.note().with(seen), now)
        ? Attempts.done(seen.line())
        : Attempts.again();
  }

  /**
   * {@code POST /v1/logs/{id}/keys}: learns the key of the next epoch from the checkpoint that
   * closed the one before.
   *
   * @param caller id of the log that the client certificate is for
   * @param body a tlog-proof whose extra data is the {@code log.key} leaf
   * @return number of the newest epoch that HQ knows
   */
  public long learnKey(String caller, byte[] body) throws Rejected {
    TlogProof proof;
    try {
      proof = TlogProof.parse(utf8(body));
    } catch (EvidenceException e) {
      throw Rejected.malformed(e);
    }
    Checkpoint closing = checkpoint(proof.note());
    return Attempts.untilUnchanged(() -> learn(caller, proof, closing));
  }

  private Attempts.Result<Long> learn(String caller, TlogProof proof, Checkpoint closing)
      throws Rejected {
    LogState log = state(caller, closing.origin());
    checkSigner(log, proof.note(), closing);
    KeyChain learnt;
    try {
      learnt = HandOver.learn(log.keys(), proof);
    } catch (EvidenceException e) {
      String conflict = String.valueOf(e.getMessage());
      if (contradicts(log.keys(), proof, closing)) {
        logs.forked(caller, Alarms.Kind.FORKED, conflict, proof.note(), clock.instant());
      }
      throw Rejected.because(422, Refusal.KEY_CONFLICT, conflict);
    }
    if (learnt.last().number() == log.keys().last().number()) {
      return Attempts.done(learnt.last().number());
    }
    if (closing.size() < log.head().size()
        || (closing.size() == log.head().size() && !closing.root().equals(log.head().root()))) {
      // The old key has signed a head beyond its own end, or another one of the same size.
      String detail =
          "epoch "
              + (learnt.last().number() - 1)
              + " is said to end at "
              + closing.size()
              + "; its key signed the head of size "
              + log.head().size()
              + " with root "
              + log.head().root();
      logs.forked(caller, Alarms.Kind.KEY_MISUSED, detail, proof.note(), clock.instant());
      throw Rejected.because(422, Refusal.KEY_CONFLICT, detail);
    }
    return logs.learn(log, learnt, proof.note())
        ? Attempts.done(learnt.last().number())
        : Attempts.again();
  }

  /** Whether a proof that holds hands over to another key than the one known for its epoch. */
  private static boolean contradicts(KeyChain keys, TlogProof proof, Checkpoint closing) {
    try {
      proof.check(proof.extraBytes(), closing);
      Leaf leaf = Leaf.parse(proof.extraBytes());
      long epoch = leaf.fields().number("epoch", -1);
      return leaf.type().equals("log.key")
          && leaf.seq() == proof.index()
          && epoch > 0
          && epoch <= keys.last().number();
    } catch (EvidenceException e) {
      return false; // it proves nothing
    }
  }

  /** The log that the caller speaks of, which must be its own. */
  private LogState state(String caller, String origin) throws Rejected {
    return state(logs, caller, origin);
  }

  static LogState state(Logs logs, String caller, String origin) throws Rejected {
    String named;
    try {
      named = Checkpoint.logIdOf(origin);
    } catch (EvidenceException e) {
      throw Rejected.because(404, Refusal.LOG_UNKNOWN, String.valueOf(e.getMessage()));
    }
    LogState state =
        logs.state(named)
            .filter(s -> s.origin().equals(origin))
            .orElseThrow(
                () ->
                    Rejected.because(
                        404, Refusal.LOG_UNKNOWN, "no log " + origin + " is enrolled here"));
    if (!named.equals(caller)) {
      throw Rejected.because(
          403, Refusal.OTHER_LOG, "the certificate is for log " + caller + ", not for " + named);
    }
    return state;
  }

  /**
   * Refuses a checkpoint that is not signed by the key whose time it was. One that an ended key
   * signed is kept: no agent in good order does that.
   */
  private void checkSigner(LogState log, SignedNote note, Checkpoint head) throws Rejected {
    checkSigner(logs, log, note, head, clock.instant());
  }

  static void checkSigner(Logs logs, LogState log, SignedNote note, Checkpoint head, Instant now)
      throws Rejected {
    KeyChain.Epoch due = log.keys().at(head.size());
    if (note.isSignedBy(due.key())) {
      return;
    }
    for (KeyChain.Epoch epoch : log.keys().epochs()) {
      if (note.isSignedBy(epoch.key())) {
        String detail =
            "the key of epoch "
                + epoch.number()
                + " signed size "
                + head.size()
                + ", which is for epoch "
                + due.number()
                + " to sign";
        logs.forked(log.workstation().log(), Alarms.Kind.KEY_MISUSED, detail, note, now);
        throw Rejected.because(403, Refusal.BAD_SIGNATURE, detail);
      }
    }
    throw Rejected.unknownEpoch(log.keys().last().number());
  }

  static String disagreement(Checkpoint ours, Checkpoint theirs) {
    return "HQ cosigned root "
        + ours.root()
        + " at size "
        + ours.size()
        + ", the workstation signed root "
        + theirs.root();
  }

  private static ConsistencyClaim claim(byte[] body) throws Rejected {
    String text = utf8(body);
    int blank = text.indexOf("\n\n");
    long lines = text.substring(0, Math.max(blank, 0)).lines().count() - 1;
    if (lines > Limits.PROOF_LINES) {
      throw Rejected.because(
          413, Refusal.TOO_LARGE, lines + " proof lines; limit " + Limits.PROOF_LINES);
    }
    try {
      ConsistencyClaim claim = ConsistencyClaim.parse(text);
      if (!claim.toString().equals(text)) {
        throw Rejected.because(
            400, Refusal.MALFORMED, "the text is not in the one spelling of C2SP tlog-witness");
      }
      return claim;
    } catch (EvidenceException e) {
      throw Rejected.malformed(e);
    }
  }

  static Checkpoint checkpoint(SignedNote note) throws Rejected {
    try {
      return Checkpoint.parse(note.text());
    } catch (EvidenceException e) {
      throw Rejected.malformed(e);
    }
  }

  private static String utf8(byte[] bytes) throws Rejected {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT)
          .decode(ByteBuffer.wrap(bytes))
          .toString();
    } catch (CharacterCodingException e) {
      throw Rejected.because(400, Refusal.MALFORMED, "not valid UTF-8");
    }
  }
}
