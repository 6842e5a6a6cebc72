package io.waybillguard.agent.notify.window;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToIntFunction;

/**
 * Lines that fit a width. Chinese breaks between any two characters, but no line begins with a
 * closing mark or ends with an opening one (GB/T 15834, 5.1); other words stay whole where they
 * can.
 */
final class Wrap {
  private static final String NOT_FIRST = "，。、；：？！）》”’…·,.;:?!)]";
  private static final String NOT_LAST = "（《“‘([";

  private Wrap() {}

  /**
   * @param width of a text, in the unit of {@code most}
   * @return at least one line; one may be wider than {@code most} where nothing can be broken
   */
  static List<String> lines(String text, int most, ToIntFunction<String> width) {
    List<String> lines = new ArrayList<>();
    String rest = text.strip();
    while (width.applyAsInt(rest) > most) {
      int end = fitting(rest, most, width);
      lines.add(rest.substring(0, end).strip());
      rest = rest.substring(end).strip();
    }
    if (!rest.isEmpty() || lines.isEmpty()) {
      lines.add(rest);
    }
    return lines;
  }

  /** Where the last place to break is that fits; the first at all when none does. */
  private static int fitting(String text, int most, ToIntFunction<String> width) {
    int last = 0;
    for (int at = 1; at < text.length(); at++) {
      if (!breaks(text, at)) {
        continue;
      }
      if (width.applyAsInt(text.substring(0, at).stripTrailing()) > most) {
        break;
      }
      last = at;
    }
    if (last > 0) {
      return last;
    }
    // A path or an address without a place to break is broken where it must be.
    int at = 1;
    while (at < text.length() && width.applyAsInt(text.substring(0, at + 1)) <= most) {
      at++;
    }
    return Character.isHighSurrogate(text.charAt(at - 1)) && at < text.length() ? at + 1 : at;
  }

  private static boolean breaks(String text, int at) {
    char before = text.charAt(at - 1);
    char after = text.charAt(at);
    if (NOT_FIRST.indexOf(after) >= 0 || NOT_LAST.indexOf(before) >= 0) {
      return false;
    }
    return before == ' ' || isHan(before) || isHan(after);
  }

  private static boolean isHan(char c) {
    return c >= '\u2E80' && !Character.isSurrogate(c);
  }
}
