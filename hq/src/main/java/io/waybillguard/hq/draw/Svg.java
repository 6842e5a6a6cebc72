package io.waybillguard.hq.draw;

import java.util.Locale;

/**
 * SVG in the making. Values from outside go through {@link #text} or an attribute, where what means
 * something in markup is written as a reference.
 */
final class Svg {
  private final StringBuilder out = new StringBuilder();

  /**
   * Begins a drawing that fits the width of its place.
   *
   * @param css class of the element
   * @param label what it shows, for those who do not see it
   */
  Svg(String css, double width, double height, String label) {
    open(
        "svg",
        "xmlns",
        "http://www.w3.org/2000/svg",
        "class",
        css,
        "viewBox",
        "0 0 " + number(width) + " " + number(height),
        "role",
        "group",
        "aria-label",
        label);
  }

  /** An element without content: names and values of attributes in turn. */
  Svg empty(String name, Object... attributes) {
    begin(name, attributes);
    out.append("/>");
    return this;
  }

  /** Begins an element. */
  Svg open(String name, Object... attributes) {
    begin(name, attributes);
    out.append('>');
    return this;
  }

  /** Ends an element. */
  Svg close(String name) {
    out.append("</").append(name).append('>');
    return this;
  }

  /** A text element. */
  Svg label(String css, double x, double y, String text) {
    return open("text", "class", css, "x", x, "y", y).text(text).close("text");
  }

  /** What a pointer and a screen reader are told of the element around it. */
  Svg title(String text) {
    return open("title").text(text).close("title");
  }

  /** A value. */
  Svg text(String value) {
    out.append(escaped(value));
    return this;
  }

  private void begin(String name, Object... attributes) {
    out.append('<').append(name);
    for (int i = 0; i < attributes.length; i += 2) {
      Object value = attributes[i + 1];
      out.append(' ').append(attributes[i]).append("=\"");
      out.append(value instanceof Double d ? number(d) : escaped(String.valueOf(value)));
      out.append('"');
    }
  }

  private static String number(double value) {
    String text = String.format(Locale.ROOT, "%.1f", value);
    return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
  }

  private static String escaped(String value) {
    StringBuilder safe = new StringBuilder(value.length() + 16);
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '&' -> safe.append("&amp;");
        case '<' -> safe.append("&lt;");
        case '>' -> safe.append("&gt;");
        case '"' -> safe.append("&quot;");
        case '\'' -> safe.append("&#39;");
        default -> safe.append(c < ' ' ? ' ' : c);
      }
    }
    return safe.toString();
  }

  /** The whole drawing. */
  Drawing done() {
    return new Drawing(out + "</svg>");
  }
}
