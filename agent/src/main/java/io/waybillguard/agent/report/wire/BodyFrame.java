package io.waybillguard.agent.report.wire;

import java.util.Arrays;
import java.util.Objects;

/**
 * One part of a record's body, with the salt that binds it to its leaf. The arrays are shared, not
 * copied: a segment holds up to 16 MiB of them; nobody changes them.
 *
 * @param index the record
 * @param part the part, from 0
 * @param salt 16 bytes
 * @param data the part's bytes
 */
@SuppressWarnings("ArrayRecordComponent") // equals and hashCode below compare content
public record BodyFrame(long index, int part, byte[] salt, byte[] data) {
  /** Length of a salt. */
  public static final int SALT_BYTES = 16;

  /** Bytes of a frame before its data: index 8, part 1, salt 16, length 4. */
  static final int HEADER_BYTES = 8 + 1 + SALT_BYTES + 4;

  public BodyFrame {
    if (index < 0 || part < 0 || part > 255 || salt.length != SALT_BYTES) {
      throw new IllegalArgumentException(
          "no body frame: index " + index + ", part " + part + ", salt of " + salt.length);
    }
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof BodyFrame other
        && index == other.index
        && part == other.part
        && Arrays.equals(salt, other.salt)
        && Arrays.equals(data, other.data);
  }

  @Override
  public int hashCode() {
    return Objects.hash(index, part, Arrays.hashCode(data));
  }
}
