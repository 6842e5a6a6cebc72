package io.waybillguard.agent.report.wire;

import io.waybillguard.agent.event.Span;
import io.waybillguard.agent.evidence.BodyPart;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Frames of body parts: u64 record, u8 part, 16 bytes salt, u32 length, data; big-endian. */
public final class BodyFrames {
  /** Bytes before the data of a frame. */
  public static final int HEADER_BYTES = 8 + 1 + BodyPart.SALT_LENGTH + 4;

  /** Where the salt lies in a frame. */
  public static final int SALT_AT = 8 + 1;

  /** Where the length of the data lies in a frame. */
  public static final int LENGTH_AT = SALT_AT + BodyPart.SALT_LENGTH;

  private BodyFrames() {}

  /** Whether a part was erased where it lay: a real salt is never zero. */
  public static boolean isErased(BodyPart body) {
    for (byte b : body.salt()) {
      if (b != 0) {
        return false;
      }
    }
    return true;
  }

  /** Bytes of a frame. */
  public static int length(BodyPart body) {
    return HEADER_BYTES + body.data().length;
  }

  /** Writes frames one after the other. */
  public static void write(List<BodyPart> bodies, OutputStream to) throws IOException {
    DataOutputStream out = new DataOutputStream(to);
    for (BodyPart body : bodies) {
      out.writeLong(body.index());
      out.writeByte(body.part());
      out.write(body.salt());
      out.writeInt(body.data().length);
      out.write(body.data());
    }
    out.flush();
  }

  /** Frames as bytes. */
  public static byte[] encode(List<BodyPart> bodies) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      write(bodies, bytes);
    } catch (IOException e) {
      throw new IllegalStateException("memory takes everything", e);
    }
    return bytes.toByteArray();
  }

  /**
   * Reads frames up to the end.
   *
   * @param records of which records they may be
   * @throws WireException if they end early, or one is of another record or comes twice
   */
  public static List<BodyPart> read(ByteBuffer in, Span records) throws WireException {
    List<BodyPart> bodies = new ArrayList<>();
    Set<Long> seen = new HashSet<>();
    while (in.hasRemaining()) {
      need(in, HEADER_BYTES, "the header of a body frame");
      long index = in.getLong();
      int part = Byte.toUnsignedInt(in.get());
      if (!records.holds(index)) {
        throw WireException.malformed(
            "a body of record "
                + index
                + ", where only "
                + records.from()
                + " to "
                + (records.to() - 1)
                + " may be");
      }
      if (!seen.add(index << Byte.SIZE | part)) {
        throw WireException.malformed("part " + part + " of record " + index + " comes twice");
      }
      byte[] salt = bytes(in, BodyPart.SALT_LENGTH, "salt");
      int length = in.getInt();
      bodies.add(new BodyPart(index, part, salt, bytes(in, length, "body of " + index)));
    }
    return bodies;
  }

  static byte[] bytes(ByteBuffer in, int length, String what) throws WireException {
    need(in, length, what);
    byte[] bytes = new byte[length];
    in.get(bytes);
    return bytes;
  }

  static void need(ByteBuffer in, int length, String what) throws WireException {
    if (length < 0 || in.remaining() < length) {
      throw WireException.malformed(
          what
              + " should take "
              + Integer.toUnsignedString(length)
              + " bytes; "
              + in.remaining()
              + " are left");
    }
  }
}
