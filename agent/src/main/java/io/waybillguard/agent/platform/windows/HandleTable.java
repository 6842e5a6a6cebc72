package io.waybillguard.agent.platform.windows;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * The system's table of all open handles: SYSTEM_HANDLE_INFORMATION_EX of ntexapi.h in phnt, which
 * the public headers lack. Pure; the bytes are little endian.
 */
final class HandleTable {
  static final int COUNT = 0;
  static final int FIRST = 16;
  static final int SIZE = 40;
  static final int OBJECT = 0;
  static final int PID = 8;
  static final int HANDLE = 16;
  static final int ACCESS = 24;
  static final int TYPE = 30;

  // winnt.h
  static final int FILE_READ_DATA = 1;
  static final int FILE_WRITE_DATA = 2;
  static final int FILE_APPEND_DATA = 4;

  private static final int WRITES = FILE_WRITE_DATA | FILE_APPEND_DATA;

  /**
   * What pipes are usually opened with (adamdriscoll/PoshInternals#7). To ask one for its name or
   * kind may never return, so what looks like one is not asked.
   */
  private static final List<Integer> USUAL_FOR_PIPES = List.of(0x0012019F, 0x001A019F, 0x00120189);

  /**
   * A handle.
   *
   * @param object the kernel's address of what is open; 0 where the system does not say
   * @param access the rights that it was opened with
   */
  record Entry(long object, long pid, long handle, int access) {
    boolean reads() {
      return (access & FILE_READ_DATA) != 0;
    }

    boolean writes() {
      return (access & WRITES) != 0;
    }

    /** Whether its name may be asked for, and matters. */
    boolean isAsked() {
      return (reads() || writes()) && !USUAL_FOR_PIPES.contains(access);
    }
  }

  private final ByteBuffer raw;
  private final int count;

  /** Reads no further than {@code raw} goes, whatever it says of its length. */
  HandleTable(ByteBuffer raw) {
    this.raw = raw;
    this.count =
        raw.limit() < FIRST
            ? 0
            : (int) Math.min(raw.getLong(COUNT), (raw.limit() - FIRST) / (long) SIZE);
  }

  /** How many handles it holds. */
  int count() {
    return count;
  }

  /** By which number the system knows files, told by one of them; empty when it is not there. */
  OptionalInt typeOf(long pid, long handle) {
    for (int at = FIRST, n = 0; n < count; n++, at += SIZE) {
      if (raw.getLong(at + PID) == pid && raw.getLong(at + HANDLE) == handle) {
        return OptionalInt.of(type(at));
      }
    }
    return OptionalInt.empty();
  }

  /** All of a type whose names may be asked for. */
  List<Entry> asked(int type) {
    List<Entry> all = new ArrayList<>();
    for (int at = FIRST, n = 0; n < count; n++, at += SIZE) {
      if (type(at) == type) {
        Entry one =
            new Entry(
                raw.getLong(at + OBJECT),
                raw.getLong(at + PID),
                raw.getLong(at + HANDLE),
                raw.getInt(at + ACCESS));
        if (one.isAsked()) {
          all.add(one);
        }
      }
    }
    return all;
  }

  private int type(int at) {
    return Short.toUnsignedInt(raw.getShort(at + TYPE));
  }
}
