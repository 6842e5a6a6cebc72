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
   * @throws EvidenceException if the proof does not hold, is out of turn, or names another key than
   *     the one known for its epoch
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
    if (!leaf.type().equals(KeyChain.HAND_OVER)) {
      throw new EvidenceException(
          "leaf " + leaf.seq() + " is a " + leaf.type() + ", not a " + KeyChain.HAND_OVER);
    }
    return keys.knows(leaf) ? keys : keys.after(leaf);
  }
}
