package io.waybillguard.agent.platform.windows;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * EVENT_TRACE_PROPERTIES of evntrace.h on x64, with room for the session's name behind it: the
 * system copies the name there itself. Pure.
 */
final class TraceProperties {
  static final int SIZE = 120;
  static final int WNODE_BUFFER_SIZE = 0;
  static final int WNODE_CLIENT_CONTEXT = 40;
  static final int WNODE_FLAGS = 44;
  static final int BUFFER_SIZE = 48;
  static final int LOG_FILE_MODE = 64;
  static final int FLUSH_TIMER = 68;
  static final int EVENTS_LOST = 88;
  static final int REAL_TIME_BUFFERS_LOST = 100;
  static final int LOG_FILE_NAME_OFFSET = 112;
  static final int LOGGER_NAME_OFFSET = 116;

  static final int WNODE_FLAG_TRACED_GUID = 0x20000;
  static final int EVENT_TRACE_REAL_TIME_MODE = 0x100;

  /** Times by the counter of the processor: those of the system's clock may change places. */
  private static final int BY_PERFORMANCE_COUNTER = 1;

  private static final int BUFFER_KILOBYTES = 64;
  private static final int FLUSH_SECONDS = 1;

  /** Our names are shorter; a session's may have 1,024 characters. */
  private static final int NAME_ROOM = 2 * 1_024;

  private TraceProperties() {}

  /**
   * For a call about a session that is read while it is written. How many buffers there are is left
   * to the system, which overwrites what it finds unreasonable.
   */
  static byte[] fresh() {
    byte[] bytes = new byte[SIZE + NAME_ROOM];
    ByteBuffer.wrap(bytes)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(WNODE_BUFFER_SIZE, bytes.length)
        .putInt(WNODE_CLIENT_CONTEXT, BY_PERFORMANCE_COUNTER)
        .putInt(WNODE_FLAGS, WNODE_FLAG_TRACED_GUID)
        .putInt(BUFFER_SIZE, BUFFER_KILOBYTES)
        .putInt(LOG_FILE_MODE, EVENT_TRACE_REAL_TIME_MODE)
        .putInt(FLUSH_TIMER, FLUSH_SECONDS)
        .putInt(LOGGER_NAME_OFFSET, SIZE);
    return bytes;
  }

  /** What the system answered. */
  static Tracing.Losses losses(byte[] bytes) {
    ByteBuffer raw = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    return new Tracing.Losses(
        Integer.toUnsignedLong(raw.getInt(EVENTS_LOST)),
        Integer.toUnsignedLong(raw.getInt(REAL_TIME_BUFFERS_LOST)));
  }
}
