package io.waybillguard.hq.console;

import java.util.regex.Pattern;

/** A table for a spreadsheet program, as RFC 4180 writes it. */
final class Csv {
  /**
   * What a spreadsheet program may take for the beginning of a formula, blanks before it or not
   * (OWASP, CSV Injection); where people write Chinese or Japanese, the wide signs as well.
   */
  private static final Pattern FORMULA =
      Pattern.compile(
          "[\\s\\p{Z}\\p{Cc}\\p{Cf}]*[=+\\-@\uFF1D\uFF0B\uFF0D\uFF20].*|[\\t\\r\\n].*",
          Pattern.DOTALL);

  // Spreadsheet programs take UTF-8 for Chinese only after a byte order mark.
  private final StringBuilder text = new StringBuilder("\uFEFF");

  void line(Iterable<String> cells) {
    String before = "";
    for (String each : cells) {
      text.append(before).append(cell(each));
      before = ",";
    }
    text.append("\r\n");
  }

  /**
   * A spreadsheet program runs a cell that begins like a formula, and names come from workstations:
   * an apostrophe makes it text.
   */
  private static String cell(String text) {
    String safe = FORMULA.matcher(text).matches() ? "'" + text : text;
    return "\"" + safe.replace("\"", "\"\"") + "\"";
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
