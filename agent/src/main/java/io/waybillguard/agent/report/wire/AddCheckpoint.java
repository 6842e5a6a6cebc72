package io.waybillguard.agent.report.wire;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Body of {@code POST /v1/add-checkpoint}, to the byte that of C2SP tlog-witness: an old size line,
 * consistency proof lines, an empty line, a checkpoint.
 *
 * @param oldSize size of the head that HQ is thought to hold; 0 for none
 * @param proof RFC 6962 consistency proof from {@code oldSize} to the checkpoint; each 32 bytes, at
 *     most {@link Limits#PROOF_LINES}
 * @param note the signed checkpoint, ending in a newline
 */
public record AddCheckpoint(long oldSize, List<byte[]> proof, String note) {
  /** {@code Content-Type} of the 409 answer that carries HQ's size. */
  public static final String SIZE_TYPE = "text/x.tlog.size";

  public AddCheckpoint {
    proof = List.copyOf(proof);
  }

  /** The message as sent. */
  public byte[] encode() {
    StringBuilder text = new StringBuilder("old ").append(oldSize).append('\n');
    for (byte[] hash : proof) {
      text.append(Base64Text.encode(hash)).append('\n');
    }
    return text.append('\n').append(note).toString().getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Reads a message. The note is only cut off here; that it is a checkpoint, and whose, is for
   * {@code evidence} to say.
   *
   * @throws WireException if a line is not of the documented form or a limit is passed
   */
  public static AddCheckpoint decode(byte[] body) throws WireException {
    if (body.length > Limits.CHECKPOINT_TEXT) {
      throw WireException.tooLarge(
          "add-checkpoint text of " + body.length + " bytes; limit " + Limits.CHECKPOINT_TEXT);
    }
    String text = utf8(body);
    int end = text.indexOf('\n');
    if (end < 0 || !text.startsWith("old ")) {
      throw WireException.malformed("the first line should be \"old\", a space and a size");
    }
    final long oldSize = size(text.substring(4, end));
    List<byte[]> proof = new ArrayList<>();
    int at = end + 1;
    while (true) {
      end = text.indexOf('\n', at);
      if (end < 0) {
        throw WireException.malformed("no empty line after the consistency proof");
      }
      if (end == at) {
        break;
      }
      if (proof.size() == Limits.PROOF_LINES) {
        throw WireException.tooLarge("more than " + Limits.PROOF_LINES + " proof lines");
      }
      proof.add(Base64Text.decode(text.substring(at, end), 32, "proof line " + (proof.size() + 1)));
      at = end + 1;
    }
    String note = text.substring(end + 1);
    if (!note.endsWith("\n")) {
      throw WireException.malformed("the checkpoint should end in a newline");
    }
    return new AddCheckpoint(oldSize, proof, note);
  }

  /** Body of the 409 answer: HQ's size. */
  public static byte[] encodeSize(long size) {
    return (size + "\n").getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * Reads the body of a 409 answer.
   *
   * @throws WireException if it is not a size and a newline
   */
  public static long decodeSize(byte[] body) throws WireException {
    String text = utf8(body);
    if (!text.endsWith("\n")) {
      throw WireException.malformed("a size should end in a newline");
    }
    return size(text.substring(0, text.length() - 1));
  }

  /** A tree size: ASCII decimal without leading zeroes, below 2^53 as every JSON number of ours. */
  static long size(String decimal) throws WireException {
    if (!decimal.matches("0|[1-9][0-9]{0,15}")) {
      throw WireException.malformed("no tree size: a decimal number without leading zeroes");
    }
    return Long.parseLong(decimal);
  }

  static String utf8(byte[] bytes) throws WireException {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT)
          .decode(ByteBuffer.wrap(bytes))
          .toString();
    } catch (CharacterCodingException e) {
      throw new WireException(WireException.Fault.MALFORMED, "not valid UTF-8", e);
    }
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof AddCheckpoint other
        && oldSize == other.oldSize
        && note.equals(other.note)
        && Base64Text.sameLists(proof, other.proof);
  }

  @Override
  public int hashCode() {
    return Objects.hash(oldSize, note, proof.size());
  }
}
