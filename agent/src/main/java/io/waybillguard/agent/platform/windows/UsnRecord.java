package io.waybillguard.agent.platform.windows;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * One entry of the change journal of a disk (winioctl.h, USN_RECORD_V2 and V3): what happened to a
 * file since it was opened, told anew with each kind of change and once more when it is closed.
 *
 * @param file which
 * @param parent the folder that it is in
 * @param usn where in the journal this entry is
 * @param reason what happened since the file was opened
 * @param attributes of the file
 * @param name in its folder
 */
record UsnRecord(FileId file, FileId parent, long usn, int reason, int attributes, String name) {
  static final int REASON_DATA_OVERWRITE = 0x1;
  static final int REASON_DATA_EXTEND = 0x2;
  static final int REASON_DATA_TRUNCATION = 0x4;
  static final int REASON_NAMED_DATA_OVERWRITE = 0x10;
  static final int REASON_NAMED_DATA_EXTEND = 0x20;
  static final int REASON_NAMED_DATA_TRUNCATION = 0x40;
  static final int REASON_FILE_CREATE = 0x100;
  static final int REASON_RENAME_NEW_NAME = 0x2000;
  static final int REASON_HARD_LINK_CHANGE = 0x10000;
  static final int REASON_STREAM_CHANGE = 0x20_0000;
  static final int REASON_CLOSE = 0x8000_0000;

  /** Where the fields of the two versions are: those with numbers of 64 and of 128 bits. */
  enum Layout {
    V2(8, 16, 24, 40, 52, 56, 58, 60),
    V3(8, 24, 40, 56, 68, 72, 74, 76);

    final int file;
    final int parent;
    final int usn;
    final int reason;
    final int attributes;
    final int nameLength;
    final int nameOffset;
    final int name;

    Layout(
        int file,
        int parent,
        int usn,
        int reason,
        int attributes,
        int nameLength,
        int nameOffset,
        int name) {
      this.file = file;
      this.parent = parent;
      this.usn = usn;
      this.reason = reason;
      this.attributes = attributes;
      this.nameLength = nameLength;
      this.nameOffset = nameOffset;
      this.name = name;
    }
  }

  static final int MAJOR_VERSION = 4;
  private static final int HEAD = 8;
  private static final int DIRECTORY = 0x10;

  private static final int CONTENT =
      REASON_DATA_OVERWRITE
          | REASON_DATA_EXTEND
          | REASON_DATA_TRUNCATION
          | REASON_NAMED_DATA_OVERWRITE
          | REASON_NAMED_DATA_EXTEND
          | REASON_NAMED_DATA_TRUNCATION
          | REASON_FILE_CREATE
          | REASON_RENAME_NEW_NAME
          | REASON_HARD_LINK_CHANGE
          | REASON_STREAM_CHANGE;

  /**
   * A file on its disk.
   *
   * @param high the upper half; 0 where the disk has numbers of 64 bits
   */
  record FileId(long low, long high) {}

  /**
   * Whether a file has new content, in a named stream too, or a new name, and whoever did that has
   * let go of it.
   */
  boolean isReady() {
    return (reason & REASON_CLOSE) != 0 && (reason & CONTENT) != 0 && (attributes & DIRECTORY) == 0;
  }

  /** Whether a folder has another name: paths that are remembered may be wrong. */
  boolean movesFolders() {
    return (attributes & DIRECTORY) != 0 && (reason & REASON_RENAME_NEW_NAME) != 0;
  }

  /**
   * Reads entries one after the other; ends where one is damaged, and passes over versions that are
   * not known.
   */
  static List<UsnRecord> all(byte[] bytes, int from, int to) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    List<UsnRecord> all = new ArrayList<>();
    int at = from;
    while (at + HEAD <= to) {
      int length = buffer.getInt(at);
      if (length < HEAD || length > to - at) {
        break;
      }
      int version = buffer.getShort(at + MAJOR_VERSION);
      if (version == 2 || version == 3) {
        Layout layout = version == 2 ? Layout.V2 : Layout.V3;
        if (length < layout.name) {
          break;
        }
        all.add(read(buffer, at, length, layout));
      }
      at += length;
    }
    return all;
  }

  private static UsnRecord read(ByteBuffer buffer, int at, int length, Layout layout) {
    int nameAt = buffer.getShort(at + layout.nameOffset) & 0xffff;
    int nameLength = buffer.getShort(at + layout.nameLength) & 0xffff;
    // The name lies where it is said to lie, which a later minor version may move.
    boolean isThere = nameAt >= layout.name && nameAt + nameLength <= length;
    byte[] name = new byte[isThere ? nameLength : 0];
    buffer.get(isThere ? at + nameAt : at, name);
    boolean wide = layout == Layout.V3;
    return new UsnRecord(
        id(buffer, at + layout.file, wide),
        id(buffer, at + layout.parent, wide),
        buffer.getLong(at + layout.usn),
        buffer.getInt(at + layout.reason),
        buffer.getInt(at + layout.attributes),
        new String(name, StandardCharsets.UTF_16LE));
  }

  private static FileId id(ByteBuffer buffer, int at, boolean wide) {
    return new FileId(buffer.getLong(at), wide ? buffer.getLong(at + 8) : 0);
  }
}
