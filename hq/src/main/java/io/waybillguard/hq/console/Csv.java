package io.waybillguard.hq.console;

/** A table for a spreadsheet program, as RFC 4180 writes it. */
final class Csv {
  // Spreadsheet programs take UTF-8 for Chinese only after a byte order mark.
  private final StringBuilder text = new StringBuilder("\uFEFF");

  void line(String... cells) {
    for (int i = 0; i < cells.length; i++) {
      text.append(i == 0 ? "" : ",").append(cell(cells[i]));
    }
    text.append("\r\n");
  }

  /**
   * A spreadsheet program runs a cell that begins like a formula, and names come from workstations:
   * an apostrophe makes it text.
   */
  private static String cell(String text) {
    String safe = text.matches("(?s)[=+\\-@\\t\\r].*") ? "'" + text : text;
    return "\"" + safe.replace("\"", "\"\"") + "\"";
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
