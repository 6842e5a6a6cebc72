package io.waybillguard.agent.platform.windows;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.Optional;

/**
 * Event 1 of Microsoft-Windows-Kernel-Process, as the manifests of Windows 7 to 11 lay it out:
 * dumps in repnz/etw-providers-docs and jdu2600/Windows10EtwEvents, compared with
 * airbus-cert/etl-parser. The fields follow each other without room between. Pure.
 *
 * <p>Version 0 (Windows 7) has number, time, parent, session, image; 1 and 2 have flags before the
 * image; from 3 on (Windows 10 1903) numbers that count processes, the token's kind and its label
 * (a SID of some length) come between. Later versions only added to the end: they are read as 3.
 *
 * @param parent whom the new process calls its parent; a program may name another for that
 * @param image its program, as the kernel names it: {@code \Device\HarddiskVolume3\...}; "" for the
 *     kernel's own
 */
record ProcessStart(long pid, Instant created, long parent, int session, String image) {
  static final int ID = 1;

  private static final int NUMBERED = 3;

  /** Of a SID, bytes before its last numbers, and of each such number (winnt.h). */
  private static final int SID_HEAD = 8;

  private static final int SID_PART = 4;

  /** Empty when it is too short for what its version says. */
  static Optional<ProcessStart> of(TraceEvent event) {
    ByteBuffer raw = ByteBuffer.wrap(event.data()).order(ByteOrder.LITTLE_ENDIAN);
    int version = event.head().version();
    try {
      long pid = unsigned(raw);
      skip(raw, version >= NUMBERED ? 8 : 0); // ProcessSequenceNumber
      Instant created = FileTime.instant(raw.getLong()).orElse(Instant.EPOCH);
      long parent = unsigned(raw);
      skip(raw, version >= NUMBERED ? 8 : 0); // ParentProcessSequenceNumber
      int session = raw.getInt();
      skip(raw, version >= 1 ? 4 : 0); // Flags
      if (version >= NUMBERED) {
        skip(raw, 8); // ProcessTokenElevationType, ProcessTokenIsElevated
        int parts = Byte.toUnsignedInt(raw.get(raw.position() + 1));
        skip(raw, SID_HEAD + SID_PART * parts); // MandatoryLabel
      }
      return Optional.of(new ProcessStart(pid, created, parent, session, text(raw)));
    } catch (BufferUnderflowException | IllegalArgumentException | IndexOutOfBoundsException e) {
      return Optional.empty(); // the reader counts it
    }
  }

  private static long unsigned(ByteBuffer raw) {
    return Integer.toUnsignedLong(raw.getInt());
  }

  private static void skip(ByteBuffer raw, int bytes) {
    raw.position(raw.position() + bytes);
  }

  /** UTF-16 up to a zero, which must be there. */
  private static String text(ByteBuffer raw) {
    StringBuilder text = new StringBuilder();
    for (char each = raw.getChar(); each != 0; each = raw.getChar()) {
      text.append(each);
    }
    return text.toString();
  }
}
