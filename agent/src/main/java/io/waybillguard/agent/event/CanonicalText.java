package io.waybillguard.agent.event;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * JSON text as it grows, in UTF-8 from the start: a record that names one Chinese folder would
 * otherwise cost two bytes a character, and be walked twice. One thread, one text.
 */
final class CanonicalText {
  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

  private byte[] bytes;
  private int length;

  /**
   * The characters of the string that is being added: {@link String#charAt} asks for each which of
   * two forms the string has, and Java's small compiler leaves that in the loop.
   */
  private char[] chars = new char[128];

  /**
   * @param room bytes that it begins with; it grows
   */
  CanonicalText(int room) {
    this.bytes = new byte[room];
  }

  /** Adds a character of ASCII. */
  void add(char ascii) {
    room(1);
    bytes[length++] = (byte) ascii;
  }

  /** Adds text that is ASCII and needs no escape. */
  void add(String ascii) {
    int more = ascii.length();
    room(more);
    for (int i = 0; i < more; i++) {
      bytes[length++] = (byte) ascii.charAt(i);
    }
  }

  /** Adds an integer. */
  void add(long number) {
    if (number < 0) {
      add('-');
    }
    int digits = 1;
    for (long left = number / 10; left != 0; left /= 10) {
      digits++;
    }
    room(digits);
    length += digits;
    long left = number;
    for (int at = length - 1; at >= length - digits; at--) {
      bytes[at] = (byte) ('0' + Math.abs(left % 10));
      left /= 10;
    }
  }

  /**
   * Adds a string of RFC 8785 section 3.2.2.2: quotes, the two-character escapes, other controls as
   * lower-case \\u00xx. Half a surrogate pair, which a hostile file name can hold, has no UTF-8
   * form: it becomes U+FFFD.
   */
  void addString(String s) {
    int end = s.length();
    if (chars.length < end) {
      chars = new char[end];
    }
    s.getChars(0, end, chars, 0);
    room(2 + end); // what takes more than a byte asks for more, once for all that is left
    bytes[length++] = '"';
    for (int i = 0; i < end; i++) {
      char c = chars[i];
      if (c < 0x80) {
        ascii(c, end - i);
        continue;
      }
      room(1 + 3 * (end - i));
      if (c < 0x800) {
        bytes[length++] = (byte) (0xC0 | (c >> 6));
        bytes[length++] = (byte) (0x80 | (c & 0x3F));
      } else if (!Character.isSurrogate(c)) {
        three(c);
      } else if (Character.isHighSurrogate(c)
          && i + 1 < end
          && Character.isLowSurrogate(chars[i + 1])) {
        int code = Character.toCodePoint(c, chars[++i]);
        bytes[length++] = (byte) (0xF0 | (code >> 18));
        bytes[length++] = (byte) (0x80 | ((code >> 12) & 0x3F));
        bytes[length++] = (byte) (0x80 | ((code >> 6) & 0x3F));
        bytes[length++] = (byte) (0x80 | (code & 0x3F));
      } else {
        three('\uFFFD');
      }
    }
    bytes[length++] = '"';
  }

  private void ascii(char c, int left) {
    if (c >= 0x20 && c != '"' && c != '\\') {
      bytes[length++] = (byte) c;
      return;
    }
    room(6 + 3 * left);
    bytes[length++] = '\\';
    switch (c) {
      case '"', '\\' -> bytes[length++] = (byte) c;
      case '\b' -> bytes[length++] = 'b';
      case '\t' -> bytes[length++] = 't';
      case '\n' -> bytes[length++] = 'n';
      case '\f' -> bytes[length++] = 'f';
      case '\r' -> bytes[length++] = 'r';
      default -> {
        bytes[length++] = 'u';
        bytes[length++] = '0';
        bytes[length++] = '0';
        bytes[length++] = HEX[c >> 4];
        bytes[length++] = HEX[c & 15];
      }
    }
  }

  private void three(char c) {
    bytes[length++] = (byte) (0xE0 | (c >> 12));
    bytes[length++] = (byte) (0x80 | ((c >> 6) & 0x3F));
    bytes[length++] = (byte) (0x80 | (c & 0x3F));
  }

  private void room(int more) {
    if (bytes.length - length < more) {
      bytes = Arrays.copyOf(bytes, Math.max(length + more, 2 * bytes.length));
    }
  }

  /** What is written so far. */
  byte[] toBytes() {
    return Arrays.copyOf(bytes, length);
  }

  @Override
  public String toString() {
    return new String(bytes, 0, length, StandardCharsets.UTF_8);
  }
}
