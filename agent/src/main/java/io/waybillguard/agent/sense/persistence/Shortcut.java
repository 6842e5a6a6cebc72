package io.waybillguard.agent.sense.persistence;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * What a shortcut of Windows leads to (Microsoft MS-SHLLINK): sections 2.1 header, 2.3 where the
 * target is, 2.4 texts. Pure.
 *
 * <p>Limit: a target that is told only by its list of shell items (2.2), such as a control panel,
 * is not.
 *
 * @param target the path, or what leads to it from the shortcut's own folder; "" if neither is
 *     there
 * @param arguments or ""
 */
record Shortcut(String target, String arguments) {
  private static final int HEADER = 0x4c;
  private static final int HAS_LIST = 0x1;
  private static final int HAS_INFO = 0x2;
  private static final int HAS_NAME = 0x4;
  private static final int HAS_RELATIVE = 0x8;
  private static final int HAS_FOLDER = 0x10;
  private static final int HAS_ARGUMENTS = 0x20;
  private static final int UNICODE = 0x80;
  private static final int LOCAL = 0x1;
  private static final int WITH_UNICODE = 0x24;

  /** The desks' own; ASCII is part of it. */
  private static final Charset ANSI = Charset.forName("GB18030");

  /**
   * Reads the bytes of a file; empty when it is no shortcut, or cut off before it says where to.
   */
  static Optional<Shortcut> of(byte[] bytes) {
    Reader in = new Reader(bytes);
    if (bytes.length < HEADER || in.number(0) != HEADER || in.number(4) != 0x00021401) {
      return Optional.empty();
    }
    int flags = in.number(20);
    int at = HEADER;
    if ((flags & HAS_LIST) != 0) {
      at += 2 + in.word(at);
    }
    String target = "";
    if ((flags & HAS_INFO) != 0) {
      target = in.localPath(at);
      at += Math.max(0, in.number(at));
    }
    String relative = "";
    String arguments = "";
    for (int part : new int[] {HAS_NAME, HAS_RELATIVE, HAS_FOLDER, HAS_ARGUMENTS}) {
      if ((flags & part) != 0) {
        int length = in.word(at) * ((flags & UNICODE) != 0 ? 2 : 1);
        String text = in.text(at + 2, length, (flags & UNICODE) != 0);
        at += 2 + length;
        relative = part == HAS_RELATIVE ? text : relative;
        arguments = part == HAS_ARGUMENTS ? text : arguments;
      }
    }
    return Optional.of(new Shortcut(target.isEmpty() ? relative : target, arguments));
  }

  /** What is beyond the end is zero. */
  private static final class Reader {
    private final ByteBuffer bytes;

    Reader(byte[] raw) {
      bytes = ByteBuffer.wrap(raw).order(ByteOrder.LITTLE_ENDIAN);
    }

    private boolean holds(int at, int length) {
      return at >= 0 && length >= 0 && length <= bytes.capacity() - at;
    }

    int number(int at) {
      return holds(at, 4) ? bytes.getInt(at) : 0;
    }

    int word(int at) {
      return holds(at, 2) ? bytes.getShort(at) & 0xffff : 0;
    }

    String text(int at, int length, boolean wide) {
      return holds(at, length)
          ? new String(bytes.array(), at, length, wide ? StandardCharsets.UTF_16LE : ANSI)
          : "";
    }

    /** 2.3: the base path and the rest of it, in Unicode where that is there. */
    String localPath(int at) {
      if ((number(at + 8) & LOCAL) == 0) {
        return "";
      }
      boolean wide = number(at + 4) >= WITH_UNICODE && number(at + 28) != 0;
      int base = number(at + (wide ? 28 : 16));
      int suffix = number(at + (wide ? 32 : 24));
      return ended(at + base, wide) + (suffix == 0 ? "" : ended(at + suffix, wide));
    }

    private String ended(int at, boolean wide) {
      int width = wide ? 2 : 1;
      int end = at;
      while (holds(end, width) && (wide ? word(end) : bytes.get(end)) != 0) {
        end += width;
      }
      return text(at, end - at, wide);
    }
  }
}
