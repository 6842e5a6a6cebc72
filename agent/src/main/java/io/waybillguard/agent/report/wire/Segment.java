package io.waybillguard.agent.report.wire;

import io.waybillguard.agent.event.Span;
import io.waybillguard.agent.evidence.BodyPart;
import io.waybillguard.agent.evidence.Checkpoint;
import io.waybillguard.agent.evidence.ConsistencyClaim;
import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.SignedNote;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Body of {@code POST /v1/logs/{id}/segments} before packing: a {@link ConsistencyClaim} without
 * proof lines, an empty line, the leaves from the old size to the checkpoint's (u16 length ‖ leaf,
 * as in C2SP tlog-tiles), then body frames (u64 index, u8 part, 16 bytes salt, u32 length, data) to
 * the end. All numbers are big-endian. There is one spelling for each segment: what HQ stores can
 * be read again with this class alone.
 *
 * <p>There is no consistency proof in it, since the leaves themselves lead from HQ's tree to the
 * signed root.
 *
 * @param oldSize size up to which HQ holds the bytes; index of the first leaf here
 * @param note the signed checkpoint that the leaves lead to
 * @param leaves stored leaf bytes, in order, each at most 65,535 bytes
 * @param bodies body parts of these leaves, in any order
 */
public record Segment(long oldSize, SignedNote note, List<byte[]> leaves, List<BodyPart> bodies) {
  /** What a leaf's length field holds. */
  static final int MOST_LEAF_BYTES = 0xFFFF;

  public Segment {
    leaves = List.copyOf(leaves);
    bodies = List.copyOf(bodies);
  }

  /** Size of the tree after the last leaf. */
  public long newSize() {
    return oldSize + leaves.size();
  }

  /** Offset of the first leaf's length field in {@link #encode}. */
  public int leavesAt() {
    return head().length + 1;
  }

  private byte[] head() {
    return new ConsistencyClaim(oldSize, List.of(), note).bytes();
  }

  /** The message, to be packed with gzip. */
  public byte[] encode() {
    long length = head().length + 1L;
    for (byte[] leaf : leaves) {
      length += 2L + leaf.length;
    }
    for (BodyPart body : bodies) {
      length += BodyFrames.length(body);
    }
    // Of its very length: a buffer that grows would copy megabytes several times over.
    ByteBuffer message = ByteBuffer.allocate(Math.toIntExact(length));
    try {
      encode(
          new OutputStream() {
            @Override
            public void write(int one) {
              message.put((byte) one);
            }

            @Override
            public void write(byte[] from, int offset, int count) {
              message.put(from, offset, count);
            }
          });
    } catch (IOException e) {
      throw new AssertionError("memory takes every write", e);
    }
    return message.array();
  }

  /** Writes the message, to be packed with gzip. */
  public void encode(OutputStream to) throws IOException {
    DataOutputStream out = new DataOutputStream(to);
    out.write(head());
    out.write('\n');
    for (byte[] leaf : leaves) {
      if (leaf.length > MOST_LEAF_BYTES) {
        throw new IllegalArgumentException(
            "leaf of " + leaf.length + " bytes; a frame holds " + MOST_LEAF_BYTES);
      }
      out.writeShort(leaf.length);
      out.write(leaf);
    }
    out.flush();
    BodyFrames.write(bodies, to);
  }

  /**
   * Reads a message, unpacked.
   *
   * @throws WireException if a frame is not of the documented form, a body belongs to no leaf here
   *     or comes twice, or a limit is passed
   */
  public static Segment decode(byte[] message) throws WireException {
    if (message.length > Limits.SEGMENT_UNPACKED) {
      throw WireException.tooLarge(
          "segment of " + message.length + " bytes; limit " + Limits.SEGMENT_UNPACKED);
    }
    int headEnd = endOfHead(message);
    ConsistencyClaim head = head(Arrays.copyOf(message, headEnd));
    final long newSize = checkpoint(head.note()).size();
    long count = newSize - head.old();
    if (count <= 0) {
      throw WireException.malformed(
          "a segment from size " + head.old() + " to " + newSize + " holds no leaves");
    }
    if (count > Limits.SEGMENT_ENTRIES) {
      throw WireException.tooLarge(count + " leaves; limit " + Limits.SEGMENT_ENTRIES);
    }
    ByteBuffer in = ByteBuffer.wrap(message, headEnd + 1, message.length - headEnd - 1);
    List<byte[]> leaves = new ArrayList<>((int) count);
    for (long i = 0; i < count; i++) {
      long index = head.old() + i;
      BodyFrames.need(in, 2, "the length of leaf " + index);
      leaves.add(BodyFrames.bytes(in, Short.toUnsignedInt(in.getShort()), "leaf " + index));
    }
    return new Segment(
        head.old(), head.note(), leaves, BodyFrames.read(in, new Span(head.old(), newSize)));
  }

  /**
   * Where the add-checkpoint text ends: at the third empty line. The text itself has one after the
   * proof and one inside the checkpoint, whose own lines are never empty.
   */
  private static int endOfHead(byte[] message) throws WireException {
    int empty = 0;
    int limit = Math.min(message.length, Limits.CHECKPOINT_TEXT);
    for (int i = 1; i < limit; i++) {
      if (message[i] == '\n' && message[i - 1] == '\n') {
        empty++;
        if (empty == 3) {
          return i;
        }
      }
    }
    throw WireException.malformed("no empty line between the checkpoint and the leaves");
  }

  private static ConsistencyClaim head(byte[] utf8) throws WireException {
    try {
      ConsistencyClaim head = ConsistencyClaim.parse(new String(utf8, StandardCharsets.UTF_8));
      if (!head.proof().isEmpty()) {
        throw WireException.malformed("a segment carries no proof lines; its leaves are the proof");
      }
      if (!Arrays.equals(head.bytes(), utf8)) {
        throw WireException.malformed("the text before the leaves has more than one spelling");
      }
      return head;
    } catch (EvidenceException e) {
      throw new WireException(WireException.Fault.MALFORMED, String.valueOf(e.getMessage()), e);
    }
  }

  private static Checkpoint checkpoint(SignedNote note) throws WireException {
    try {
      return Checkpoint.parse(note.text());
    } catch (EvidenceException e) {
      throw new WireException(WireException.Fault.MALFORMED, String.valueOf(e.getMessage()), e);
    }
  }
}
