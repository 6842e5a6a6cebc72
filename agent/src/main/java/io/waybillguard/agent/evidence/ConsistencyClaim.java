package io.waybillguard.agent.evidence;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A checkpoint with the proof that it continues an older size: the body of a C2SP tlog-witness
 * {@code add-checkpoint}.
 *
 * @param old the older size, ≥ 0
 * @param proof RFC 6962 consistency proof from {@code old}, at most 63 hashes
 * @param note the checkpoint
 */
public record ConsistencyClaim(long old, List<Hash> proof, SignedNote note) {
  public ConsistencyClaim {
    proof = List.copyOf(proof);
  }

  /**
   * Reads a body.
   *
   * @throws EvidenceException if it is not one, byte for byte
   */
  public static ConsistencyClaim parse(String text) throws EvidenceException {
    int blank = text.indexOf("\n\n");
    if (blank < 0 || !text.startsWith("old ")) {
      throw new EvidenceException("expected \"old N\", proof lines, a blank line and a checkpoint");
    }
    List<String> lines = List.of(text.substring(0, blank).split("\n", -1));
    long old = Decimal.parse(lines.get(0).substring("old ".length()));
    return new ConsistencyClaim(
        old,
        TlogProof.hashes(lines.subList(1, lines.size())),
        SignedNote.parse(text.substring(blank + 2)));
  }

  /** The text, as stored and sent. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("old ").append(old).append('\n');
    proof.forEach(h -> text.append(h.base64()).append('\n'));
    return text.append('\n').append(note).toString();
  }

  /** UTF-8 bytes of the text. */
  public byte[] bytes() {
    return toString().getBytes(StandardCharsets.UTF_8);
  }
}
