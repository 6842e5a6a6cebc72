package io.waybillguard.agent.evidence;

/**
 * How somebody who knows a log's key of epoch k learns that of epoch k+1 without the records
 * between: the checkpoint that closed epoch k, and the proof that its last leaf is the {@code
 * log.key} which names the next key. A tlog-proof whose extra data is that leaf.
 */
public final class HandOver {
  private HandOver() {}

  /**
   * The chain with the hand-over added. One that is known already changes nothing.
   *
   * @throws EvidenceException if the proof does not hold, or is out of turn
   */
  public static KeyChain learn(KeyChain keys, TlogProof proof) throws EvidenceException {
    Checkpoint head = keys.verify(proof.note());
    if (proof.index() != head.size() - 1) {
      throw new EvidenceException(
          "a hand-over is the last leaf of its checkpoint: leaf "
              + proof.index()
              + " of "
              + head.size());
    }
    proof.check(proof.extraBytes(), head);
    Leaf leaf = Leaf.parse(proof.extraBytes());
    if (leaf.seq() != proof.index()) {
      throw new EvidenceException("leaf " + proof.index() + " says it is " + leaf.seq());
    }
    if (leaf.fields().number("epoch", -1) <= keys.last().number()) {
      return keys;
    }
    KeyChain learnt = keys.after(leaf);
    if (learnt == keys) {
      throw new EvidenceException(
          "leaf " + leaf.seq() + " is a " + leaf.type() + ", not a log.key");
    }
    return learnt;
  }
}
