package io.waybillguard.agent.evidence.bundle;

import java.util.Locale;

/**
 * HTML in the making. What is not our own markup goes through {@link #text}: names of files, sticks
 * and programs come from a machine that somebody may have wanted to look different.
 */
final class Page {
  private final StringBuilder html = new StringBuilder();

  /** Our own markup, as it is. Never with a value in it. */
  Page markup(String markup) {
    html.append(markup);
    return this;
  }

  /** A value, harmless in text and in a double-quoted attribute. */
  Page text(String value) {
    html.append(escaped(value));
    return this;
  }

  /** An element with a value in it. */
  Page element(String name, String value) {
    return markup("<" + name + ">").text(value).markup("</" + name + ">");
  }

  /** An element of a class with a value in it. */
  Page element(String name, String css, String value) {
    return markup("<" + name + " class=\"" + css + "\">").text(value).markup("</" + name + ">");
  }

  /**
   * Marks made visible that would otherwise change how the text around them reads: control
   * characters, and those that turn its direction (Unicode Standard Annex 9) or have no width. All
   * else that means something in HTML is written as a reference.
   */
  static String escaped(String value) {
    StringBuilder safe = new StringBuilder(value.length() + 16);
    value
        .codePoints()
        .forEach(
            c -> {
              switch (c) {
                case '&' -> safe.append("&amp;");
                case '<' -> safe.append("&lt;");
                case '>' -> safe.append("&gt;");
                case '"' -> safe.append("&quot;");
                case '\'' -> safe.append("&#39;");
                default -> {
                  if (isUnseen(c)) {
                    safe.append(String.format(Locale.ROOT, "[U+%04X]", c));
                  } else {
                    safe.appendCodePoint(c);
                  }
                }
              }
            });
    return safe.toString();
  }

  private static boolean isUnseen(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          true;
      default -> false;
    };
  }

  @Override
  public String toString() {
    return html.toString();
  }
}
