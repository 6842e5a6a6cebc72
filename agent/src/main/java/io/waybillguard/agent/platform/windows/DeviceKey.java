package io.waybillguard.agent.platform.windows;

import com.sun.jna.Memory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.UUID;

/**
 * What can be asked of a device: the DEVPROPKEYs of devpkey.h that are used.
 *
 * <p>The dates of arrival and removal are there from Windows 8 on; without them the answer is "not
 * there", as for any other that a driver did not set.
 */
enum DeviceKey {
  HARDWARE_IDS("a45c254e-df1c-4efd-8020-67d146a850e0", 3),
  COMPATIBLE_IDS("a45c254e-df1c-4efd-8020-67d146a850e0", 4),
  DESCRIPTION("a45c254e-df1c-4efd-8020-67d146a850e0", 2),
  REMOVAL_POLICY("a45c254e-df1c-4efd-8020-67d146a850e0", 33),
  LOCATION_PATHS("a45c254e-df1c-4efd-8020-67d146a850e0", 37),
  FIRST_INSTALLED("83da6326-97a6-4088-9453-a1923f573b29", 101),
  LAST_ARRIVAL("83da6326-97a6-4088-9453-a1923f573b29", 102),
  LAST_REMOVAL("83da6326-97a6-4088-9453-a1923f573b29", 103),
  CONTAINER("8c7ed206-3f8a-4827-b3ab-ae9e1faefc6c", 2),
  /** The device's own string: iProduct, or iInterface of a function. */
  REPORTED_NAME("540b947e-8b40-45bc-a8a2-6a0b894cbda2", 4),
  PARENT("4340a6c5-93fa-4706-972c-7b648008a5a7", 8),
  PROBLEM("4340a6c5-93fa-4706-972c-7b648008a5a7", 3);

  /** DEVPROPKEY: a GUID and a number. */
  static final int SIZE = 20;

  static final int NUMBER = 16;

  private final String group;
  private final int number;

  DeviceKey(String group, int number) {
    this.group = group;
    this.number = number;
  }

  /** As in headers: {@code {guid} number}. */
  @Override
  public String toString() {
    return "{" + group + "} " + number;
  }

  /** For a call. */
  Memory raw() {
    Memory key = new Memory(SIZE);
    key.write(0, bytes(UUID.fromString(group)), 0, NUMBER);
    key.setInt(NUMBER, number);
    return key;
  }

  /** A GUID as Windows lays it out: the first three parts little-endian, the rest as written. */
  static byte[] bytes(UUID guid) {
    long high = guid.getMostSignificantBits();
    return ByteBuffer.allocate(16)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt((int) (high >>> 32))
        .putShort((short) (high >>> 16))
        .putShort((short) high)
        .order(ByteOrder.BIG_ENDIAN)
        .putLong(guid.getLeastSignificantBits())
        .array();
  }

  /** The other way round. */
  static UUID guid(byte[] bytes) {
    ByteBuffer raw = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    long first = Integer.toUnsignedLong(raw.getInt());
    long second = Short.toUnsignedLong(raw.getShort());
    long third = Short.toUnsignedLong(raw.getShort());
    return new UUID(first << 32 | second << 16 | third, raw.order(ByteOrder.BIG_ENDIAN).getLong());
  }
}
