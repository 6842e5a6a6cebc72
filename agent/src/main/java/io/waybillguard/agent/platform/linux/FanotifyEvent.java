package io.waybillguard.agent.platform.linux;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One event of fanotify, as read: {@code struct fanotify_event_metadata} and the information
 * records behind it (linux/fanotify.h, fanotify(7)).
 *
 * @param mask what happened; events of one file and one process that wait together are merged, so
 *     bits are tested and never compared
 * @param pid the process (not the thread), or 0
 * @param fd the open file where the group asked for that, or −1; to be closed by the reader
 * @param place the folder and name, where the group asked for that
 */
record FanotifyEvent(long mask, int pid, int fd, @Nullable Place place) {
  static final long ACCESS = 0x1;
  static final long CLOSE_WRITE = 0x8;
  static final long CLOSE_NOWRITE = 0x10;
  static final long MOVED_TO = 0x80;
  static final long OPEN_EXEC = 0x1000;
  static final long Q_OVERFLOW = 0x4000;
  static final long OPEN_EXEC_PERM = 0x40000;
  static final long EVENT_ON_CHILD = 0x8000000;
  static final long ONDIR = 0x40000000;

  private static final int METADATA = 24;
  private static final byte VERSION = 3;
  private static final byte INFO_TYPE_DFID_NAME = 2;

  /**
   * A name in a folder that is told by its handle.
   *
   * @param fileSystem {@code f_fsid} of the file system
   * @param handle {@code struct file_handle} of the folder, as open_by_handle_at(2) wants it
   * @param name each character one byte
   */
  record Place(long fileSystem, ByteBuffer handle, String name) {}

  boolean has(long bits) {
    return (mask & bits) != 0;
  }

  /** Closes the descriptor of an event that nobody will look at. */
  void release() {
    if (fd >= 0) {
      int unused = Libc.close(fd);
    }
  }

  /**
   * Reads everything that one read(2) brought.
   *
   * @param read in the byte order of this machine, from position to limit
   */
  static List<FanotifyEvent> parse(ByteBuffer read) throws IOException {
    List<FanotifyEvent> events = new ArrayList<>();
    while (read.remaining() >= METADATA) {
      int start = read.position();
      int length = read.getInt(start);
      if (length < METADATA || length > read.remaining()) {
        throw new IOException(
            "a fanotify event of "
                + length
                + " bytes where "
                + read.remaining()
                + " were left; this kernel is not understood");
      }
      if (read.get(start + 4) != VERSION) {
        throw new IOException(
            "fanotify speaks version "
                + read.get(start + 4)
                + " where "
                + VERSION
                + " was expected; update the agent");
      }
      int header = Short.toUnsignedInt(read.getShort(start + 6));
      events.add(
          new FanotifyEvent(
              read.getLong(start + 8),
              read.getInt(start + 20),
              read.getInt(start + 16),
              place(read, start + header, start + length)));
      read.position(start + length);
    }
    return events;
  }

  private static @Nullable Place place(ByteBuffer read, int from, int end) throws IOException {
    // fanotify_event_info_header: u8 type, u8 pad, u16 length.
    for (int at = from; at + 4 <= end; ) {
      int length = Short.toUnsignedInt(read.getShort(at + 2));
      if (length < 4) {
        return null;
      }
      if (read.get(at) == INFO_TYPE_DFID_NAME) {
        // fsid of 8 bytes, then file_handle: u32 bytes, s32 type, bytes; then the name and a NUL.
        int handle = at + 12;
        int size = 8 + read.getInt(handle);
        if (size < 8 || handle + size > at + length || at + length > end) {
          throw new IOException(
              "a fanotify event holds a file handle of "
                  + size
                  + " bytes in a record of "
                  + length
                  + "; this kernel is not understood");
        }
        byte[] handleBytes = new byte[size];
        read.get(handle, handleBytes);
        return new Place(
            read.getLong(at + 4),
            ByteBuffer.wrap(handleBytes),
            name(read, handle + size, at + length));
      }
      at += length;
    }
    return null;
  }

  private static String name(ByteBuffer read, int from, int limit) {
    int end = from;
    while (end < limit && read.get(end) != 0) {
      end++;
    }
    byte[] name = new byte[end - from];
    read.get(from, name);
    return new String(name, StandardCharsets.ISO_8859_1);
  }
}
