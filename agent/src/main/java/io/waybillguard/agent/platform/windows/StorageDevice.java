package io.waybillguard.agent.platform.windows;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * What a disk says of itself: STORAGE_DEVICE_DESCRIPTOR of ntddstor.h. Pure.
 *
 * @param bus STORAGE_BUS_TYPE
 * @param removableMedium whether the medium can be taken out of the device
 */
record StorageDevice(int bus, boolean removableMedium, String vendor, String product) {
  static final int REMOVABLE_MEDIA = 10;
  static final int VENDOR_OFFSET = 12;
  static final int PRODUCT_OFFSET = 16;
  static final int BUS_TYPE = 28;
  static final int SIZE = 40;

  // ntddstor.h: STORAGE_BUS_TYPE. UAS sticks are USB as well.
  static final int BUS_1394 = 4;
  static final int BUS_USB = 7;
  static final int BUS_SD = 12;
  static final int BUS_MMC = 13;
  static final int BUS_NVME = 17;

  /** A descriptor that is shorter than it must be says nothing. */
  static StorageDevice of(byte[] descriptor) {
    if (descriptor.length < SIZE - Integer.BYTES) {
      return new StorageDevice(0, false, "", "");
    }
    ByteBuffer raw = ByteBuffer.wrap(descriptor).order(ByteOrder.LITTLE_ENDIAN);
    return new StorageDevice(
        raw.getInt(BUS_TYPE),
        raw.get(REMOVABLE_MEDIA) != 0,
        text(descriptor, raw.getInt(VENDOR_OFFSET)),
        text(descriptor, raw.getInt(PRODUCT_OFFSET)));
  }

  /** ASCII up to a zero; offset 0 is "not there". */
  private static String text(byte[] descriptor, int offset) {
    if (offset <= 0 || offset >= descriptor.length) {
      return "";
    }
    int end = offset;
    while (end < descriptor.length && descriptor[end] != 0) {
      end++;
    }
    return new String(descriptor, offset, end - offset, StandardCharsets.US_ASCII).strip();
  }

  /** Whether what is on that bus is made to be carried away. */
  boolean isOnBusOfSticks() {
    return bus == BUS_USB || bus == BUS_SD || bus == BUS_MMC || bus == BUS_1394;
  }

  /** Whether the bus does not tell: inside, or in a case on a USB4 or Thunderbolt cable. */
  boolean mayBeInACase() {
    return bus == BUS_NVME;
  }
}
