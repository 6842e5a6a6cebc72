package io.waybillguard.agent.platform;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * A path as text that goes into evidence.
 *
 * <p>A Linux file name is bytes, not text. Where they are UTF-8, or whatever the runtime's locale
 * takes them for, the text is what everybody sees. Any other byte is written as {@code \xNN}, so
 * that two different names never read alike and none reads as question marks.
 */
public final class PathText {
  private static final char UNREADABLE = '\uFFFD';

  private PathText() {}

  /** The text of a path. */
  public static String of(Path path) {
    String text = path.toString();
    // The text of a name that does not decode has lost its bytes.
    return text.indexOf(UNREADABLE) < 0 ? text : decoded(bytes(path));
  }

  /**
   * The same with slashes: without the letter of its drive or the two first backslashes of a share.
   */
  public static String slashed(Path path) {
    String text = of(path);
    if (!path.getFileSystem().getSeparator().equals("\\")) {
      return text;
    }
    return text.replace('\\', '/').replaceFirst("^(?:[A-Za-z]:|/(?=/))", "");
  }

  /**
   * Whether each character is ASCII: then it is one byte in every locale, and looks like no other.
   */
  public static boolean isAscii(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) >= 0x80) {
        return false;
      }
    }
    return true;
  }

  /** The bytes of a Unix path, whatever the locale: its URI has them. */
  public static byte[] bytes(Path path) {
    return bytes(path.toUri().getRawPath());
  }

  static byte[] bytes(String percentEncoded) {
    byte[] raw = new byte[percentEncoded.length()];
    int length = 0;
    for (int i = 0; i < percentEncoded.length(); i++) {
      char c = percentEncoded.charAt(i);
      if (c == '%') {
        raw[length++] = (byte) Integer.parseInt(percentEncoded.substring(i + 1, i + 3), 16);
        i += 2;
      } else {
        raw[length++] = (byte) c;
      }
    }
    // The URI of a folder ends in a slash, the path does not.
    return Arrays.copyOf(raw, length > 1 && raw[length - 1] == '/' ? length - 1 : length);
  }

  static String decoded(byte[] raw) {
    int end = raw.length;
    StringBuilder text = new StringBuilder(end);
    for (int i = 0; i < end; ) {
      int size = sequenceAt(raw, i, end);
      if (size == 0) {
        text.append(String.format("\\x%02x", raw[i]));
        i++;
      } else {
        text.append(new String(raw, i, size, StandardCharsets.UTF_8));
        i += size;
      }
    }
    return text.toString();
  }

  /** Length of the well-formed UTF-8 sequence that starts here, or 0 (RFC 3629 section 4). */
  private static int sequenceAt(byte[] raw, int at, int end) {
    int first = raw[at] & 0xff;
    int size = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if (size == 0 || first > 0xf4 || at + size > end) {
      return 0;
    }
    // What decodes to exactly one character of that length is well-formed: overlong forms,
    // surrogates and stray bytes do not.
    String one = new String(raw, at, size, StandardCharsets.UTF_8);
    return one.codePointCount(0, one.length()) == 1 && one.indexOf(UNREADABLE) < 0 ? size : 0;
  }
}
