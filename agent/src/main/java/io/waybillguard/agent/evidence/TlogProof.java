package io.waybillguard.agent.evidence;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Proof that a leaf stands in a log, in the text form of C2SP tlog-proof v1.
 *
 * @param extra the leaf's own bytes when the proof is to stand alone, else empty; not covered by
 *     any signature
 * @param index the leaf's place in the log
 * @param path audit path from the leaf's sibling to below the root
 * @param note the checkpoint it leads to
 */
public record TlogProof(String extra, long index, List<Hash> path, SignedNote note) {
  private static final String FIRST = "c2sp.org/tlog-proof@v1";
  private static final int MOST_HASHES = 63;

  public TlogProof {
    path = List.copyOf(path);
  }

  /** A proof that stands alone: with the leaf itself. */
  public static TlogProof withLeaf(byte[] leaf, long index, List<Hash> path, SignedNote note) {
    return new TlogProof(Base64Text.encode(leaf), index, path, note);
  }

  /**
   * The bytes behind {@link #extra}.
   *
   * @throws EvidenceException if it is not canonical base64
   */
  public byte[] extraBytes() throws EvidenceException {
    return Base64Text.decode(extra);
  }

  /**
   * Reads a proof.
   *
   * @throws EvidenceException if it is not one
   */
  public static TlogProof parse(String text) throws EvidenceException {
    int blank = text.indexOf("\n\n");
    if (blank < 0) {
      throw new EvidenceException("a tlog-proof has a blank line before its checkpoint");
    }
    List<String> lines = new ArrayList<>(List.of(text.substring(0, blank).split("\n", -1)));
    if (!lines.remove(0).equals(FIRST)) {
      throw new EvidenceException("a tlog-proof begins with " + FIRST);
    }
    String extra = "";
    if (!lines.isEmpty() && lines.get(0).startsWith("extra ")) {
      extra = lines.remove(0).substring("extra ".length());
      if (Base64Text.decode(extra).length == 0) {
        throw new EvidenceException("a tlog-proof without extra data has no extra line");
      }
    }
    if (lines.isEmpty() || !lines.get(0).startsWith("index ")) {
      throw new EvidenceException("a tlog-proof has an index line");
    }
    long index = Decimal.parse(lines.remove(0).substring("index ".length()));
    return new TlogProof(extra, index, hashes(lines), SignedNote.parse(text.substring(blank + 2)));
  }

  /** Reads one hash a line, at most 63. */
  static List<Hash> hashes(List<String> lines) throws EvidenceException {
    if (lines.size() > MOST_HASHES) {
      throw new EvidenceException("a proof of " + lines.size() + " hashes; at most " + MOST_HASHES);
    }
    List<Hash> hashes = new ArrayList<>(lines.size());
    for (String line : lines) {
      hashes.add(Hash.ofBase64(line));
    }
    return hashes;
  }

  /**
   * Refuses a leaf that this proof does not lead to.
   *
   * @param head the checkpoint in {@link #note}, already checked
   */
  public void check(byte[] leaf, Checkpoint head) throws EvidenceException {
    if (!Merkle.includes(Merkle.leaf(leaf), index, head.size(), path, head.root())) {
      throw new EvidenceException(
          "record "
              + index
              + " is not in the tree of size "
              + head.size()
              + " and root "
              + head.root());
    }
  }

  /** The text, as stored and sent. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(FIRST).append('\n');
    if (!extra.isEmpty()) {
      text.append("extra ").append(extra).append('\n');
    }
    text.append("index ").append(index).append('\n');
    path.forEach(h -> text.append(h.base64()).append('\n'));
    return text.append('\n').append(note).toString();
  }

  /** UTF-8 bytes of the text. */
  public byte[] bytes() {
    return toString().getBytes(StandardCharsets.UTF_8);
  }
}
