package io.waybillguard.agent.app;

import java.util.ArrayList;
import java.util.List;

/**
 * Text as it lies on a terminal: how many columns it takes, and how it is cut.
 *
 * <p>Names of files, sticks and programs come from strangers, so nothing in them may steer the
 * terminal: what could is made visible.
 */
final class Columns {
  /** The widest that any of our lines may be. */
  static final int WIDTH = 100;

  private static final String CUT = "…";

  /** Punctuation that begins no line, and that ends none. */
  private static final String NOT_FIRST = "。，、；：？！）”’》」』】…)],.;:?!";

  private static final String NOT_LAST = "（“‘《「『【([";

  /**
   * Code points that take two columns: the ranges of Unicode 15 EastAsianWidth.txt with value W or
   * F, joined across unassigned gaps. The names are those of the first and last block.
   */
  private static final List<Range> WIDE =
      List.of(
          new Range(0x1100, 0x115F), // Hangul Jamo, leading consonants
          new Range(0x2E80, 0x303E), // CJK Radicals to CJK Symbols and Punctuation
          new Range(0x3041, 0x33FF), // Hiragana to CJK Compatibility
          new Range(0x3400, 0x4DBF), // CJK Extension A
          new Range(0x4E00, 0xA4CF), // CJK Unified Ideographs to Yi Radicals
          new Range(0xA960, 0xA97F), // Hangul Jamo Extended-A
          new Range(0xAC00, 0xD7A3), // Hangul Syllables
          new Range(0xF900, 0xFAFF), // CJK Compatibility Ideographs
          new Range(0xFE10, 0xFE19), // Vertical Forms
          new Range(0xFE30, 0xFE6F), // CJK Compatibility Forms to Small Form Variants
          new Range(0xFF01, 0xFF60), // Fullwidth Forms
          new Range(0xFFE0, 0xFFE6), // Fullwidth signs
          new Range(0x1F300, 0x1F64F), // Pictographs and Emoticons
          new Range(0x1F900, 0x1F9FF), // Supplemental Symbols and Pictographs
          new Range(0x20000, 0x3FFFD)); // CJK Extensions B and later

  private record Range(int first, int last) {}

  private Columns() {}

  /** How many columns the text takes. */
  static int of(String text) {
    return text.codePoints().map(Columns::of).sum();
  }

  private static int of(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK, Character.FORMAT -> 0;
      default -> WIDE.stream().anyMatch(r -> r.first <= codePoint && codePoint <= r.last) ? 2 : 1;
    };
  }

  /** The text cut to at most so many columns; what was cut shows as {@code …}. */
  static String cut(String text, int columns) {
    if (of(text) <= columns) {
      return text;
    }
    StringBuilder kept = new StringBuilder();
    int used = 0;
    for (int codePoint : text.codePoints().toArray()) {
      used += of(codePoint);
      if (used > columns - 1) {
        break;
      }
      kept.appendCodePoint(codePoint);
    }
    return kept.append(CUT).toString();
  }

  /**
   * The text in lines of at most so many columns, broken at blanks and between ideographs.
   *
   * @param columns at least 2, so that any character has room
   */
  static List<String> wrap(String text, int columns) {
    List<String> lines = new ArrayList<>();
    int[] codePoints = text.strip().codePoints().toArray();
    int start = 0;
    while (start < codePoints.length) {
      int end = start;
      int used = 0;
      while (end < codePoints.length && used + of(codePoints[end]) <= columns) {
        used += of(codePoints[end++]);
      }
      int cut = end == codePoints.length ? end : breakAtOrBefore(codePoints, start, end);
      lines.add(new String(codePoints, start, cut - start).strip());
      start = cut;
    }
    return lines;
  }

  /** Where a line that has no room from {@code end} on ends; {@code end} itself if nowhere else. */
  private static int breakAtOrBefore(int[] text, int start, int end) {
    for (int i = end; i > start; i--) {
      boolean blank = text[i] == ' ' || text[i - 1] == ' ';
      boolean ideographs = of(text[i]) == 2 || of(text[i - 1]) == 2;
      if (blank
          || (ideographs && NOT_FIRST.indexOf(text[i]) < 0 && NOT_LAST.indexOf(text[i - 1]) < 0)) {
        return i;
      }
    }
    return end;
  }

  /** The text cut or filled with spaces to exactly so many columns. */
  static String fit(String text, int columns) {
    String cut = cut(text, columns);
    return cut + " ".repeat(columns - of(cut));
  }

  /**
   * The text as one harmless line: control characters and those that turn the direction of writing
   * around are written as their code, such as {@code <1b>}.
   */
  static String harmless(String text) {
    StringBuilder shown = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            c -> {
              if (Character.isISOControl(c)
                  || Character.getType(c) == Character.FORMAT
                  || Character.getType(c) == Character.LINE_SEPARATOR
                  || Character.getType(c) == Character.PARAGRAPH_SEPARATOR
                  || Character.getType(c) == Character.SURROGATE) {
                shown.append('<').append(Integer.toHexString(c)).append('>');
              } else {
                shown.appendCodePoint(c);
              }
            });
    return shown.toString();
  }
}
