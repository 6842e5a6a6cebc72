package io.waybillguard.agent.platform.windows;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.Arrays;
import java.util.UUID;

/** An event of a trace, copied: the system's own bytes are gone when the callback returns. */
final class TraceEvent {
  // evntcons.h: EVENT_RECORD begins with an EVENT_HEADER, x64
  static final int RECORD_SIZE = 112;
  static final int TIME = 16;
  static final int PROVIDER = 24;
  static final int ID = 40;
  static final int VERSION = 42;
  static final int DATA_LENGTH = 86;
  static final int DATA = 96;

  private static final int GUID_SIZE = 16;

  private final Head head;
  private final byte[] data;

  /** Takes the bytes over. */
  TraceEvent(Head head, byte[] data) {
    this.head = head;
    this.data = data;
  }

  Head head() {
    return head;
  }

  /**
   * What it tells, laid out as the provider's manifest says for this number and version. Not to be
   * changed.
   */
  byte[] data() {
    return data;
  }

  /**
   * What stands before the data (EVENT_RECORD).
   *
   * @param provider who wrote it
   * @param at when; the epoch when the system gave no time
   * @param length of the data, bytes
   * @param data the address of the data
   */
  record Head(UUID provider, int id, int version, Instant at, int length, long data) {
    /** Reads one. */
    static Head of(byte[] record) {
      ByteBuffer raw = ByteBuffer.wrap(record).order(ByteOrder.LITTLE_ENDIAN);
      return new Head(
          DeviceKey.guid(Arrays.copyOfRange(record, PROVIDER, PROVIDER + GUID_SIZE)),
          Short.toUnsignedInt(raw.getShort(ID)),
          raw.get(VERSION),
          FileTime.instant(raw.getLong(TIME)).orElse(Instant.EPOCH),
          Short.toUnsignedInt(raw.getShort(DATA_LENGTH)),
          raw.getLong(DATA));
    }
  }
}
