package io.waybillguard.agent.sense.program.pe;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * What a program says of itself: the tree of Microsoft's VS_VERSIONINFO, whose nodes are a length,
 * the length of a value, a kind, a name in UTF-16, a value and nodes, all at multiples of four. Cut
 * where it is damaged; its author may have written anything.
 */
final class VersionInfo {
  private static final int FIXED_MAGIC = 0xfeef04bd;
  private static final int DEEPEST = 3;
  private static final int MOST_STRINGS = 64;

  private final ByteBuffer bytes;
  private final Map<String, String> strings = new HashMap<>();
  private String fixedVersion = "";

  private VersionInfo(byte[] raw) {
    bytes = ByteBuffer.wrap(raw).order(ByteOrder.LITTLE_ENDIAN);
  }

  static VersionInfo of(byte[] raw) {
    VersionInfo info = new VersionInfo(raw);
    info.node(0, raw.length, 0);
    return info;
  }

  /** The text of a name, such as {@code CompanyName}; "" when there is none. */
  String text(String name) {
    return strings.getOrDefault(name, "");
  }

  /** The version as text, or else as the four numbers. */
  String version() {
    String told = text("FileVersion");
    return told.isEmpty() ? fixedVersion : told;
  }

  private int node(int at, int limit, int depth) {
    if (at + 6 > limit) {
      return limit;
    }
    int end = at + (bytes.getShort(at) & 0xffff);
    if (end <= at + 6 || end > limit) {
      return limit;
    }
    int valueLength = bytes.getShort(at + 2) & 0xffff;
    boolean isText = bytes.getShort(at + 4) == 1;
    int nameEnd = zero(at + 6, end);
    String name = utf16(at + 6, nameEnd);
    int value = aligned(nameEnd + 2);
    if (depth == 0) {
      fixed(value, end);
    }
    if (depth == DEEPEST) {
      if (isText && strings.size() < MOST_STRINGS) {
        // The length is told in characters, and by some compilers in bytes: the zero ends it.
        strings.putIfAbsent(name, value >= end ? "" : utf16(value, zero(value, end)).strip());
      }
      return end;
    }
    int child = aligned(value + (isText ? valueLength * 2 : valueLength));
    while (child + 6 <= end) {
      child = aligned(node(child, end, depth + 1));
    }
    return end;
  }

  /** VS_FIXEDFILEINFO: the version is its third and fourth number. */
  private void fixed(int at, int end) {
    if (at + 16 <= end && bytes.getInt(at) == FIXED_MAGIC) {
      fixedVersion =
          String.format(
              Locale.ROOT,
              "%d.%d.%d.%d",
              bytes.getShort(at + 10) & 0xffff,
              bytes.getShort(at + 8) & 0xffff,
              bytes.getShort(at + 14) & 0xffff,
              bytes.getShort(at + 12) & 0xffff);
    }
  }

  private int zero(int at, int end) {
    int zero = at;
    while (zero + 2 <= end && bytes.getShort(zero) != 0) {
      zero += 2;
    }
    return Math.min(zero, end);
  }

  private String utf16(int at, int end) {
    return new String(bytes.array(), at, Math.max(0, end - at), StandardCharsets.UTF_16LE);
  }

  private static int aligned(int at) {
    return (at + 3) & ~3;
  }
}
