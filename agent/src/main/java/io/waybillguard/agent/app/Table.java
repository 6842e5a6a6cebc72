package io.waybillguard.agent.app;

import java.util.ArrayList;
import java.util.List;

/** Rows under headings, at most {@link Columns#WIDTH} columns wide. */
final class Table {
  private static final String GAP = "  ";
  private static final int NARROWEST = 4;

  private final List<List<String>> rows = new ArrayList<>();
  private final int columns;

  Table(String... headings) {
    this(headings.length);
    row(headings);
  }

  private Table(int columns) {
    this.columns = columns;
  }

  /** A table that needs no headings: what its first column says makes the others clear. */
  static Table withoutHeadings(int columns) {
    return new Table(columns);
  }

  /**
   * Adds a row.
   *
   * @throws IllegalArgumentException if it has not as many cells as there are headings
   */
  void row(String... cells) {
    if (cells.length != columns) {
      throw new IllegalArgumentException(cells.length + " cells under " + columns + " headings");
    }
    rows.add(List.of(cells).stream().map(Columns::harmless).toList());
  }

  /** The lines, without blanks at their ends. */
  List<String> lines() {
    int[] widths = widths();
    List<String> lines = new ArrayList<>();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < columns; i++) {
        line.append(i == 0 ? "" : GAP).append(Columns.fit(row.get(i), widths[i]));
      }
      lines.add(line.toString().stripTrailing());
    }
    return lines;
  }

  /** As wide as the widest cell; then the widest column gives way until the line fits. */
  private int[] widths() {
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int i = 0; i < columns; i++) {
        widths[i] = Math.max(widths[i], Columns.of(row.get(i)));
      }
    }
    int room = Columns.WIDTH - GAP.length() * (columns - 1);
    for (int over = -room; ; over = -room) {
      int widest = 0;
      for (int i = 0; i < columns; i++) {
        over += widths[i];
        widest = widths[i] > widths[widest] ? i : widest;
      }
      if (over <= 0 || widths[widest] <= NARROWEST) {
        return widths;
      }
      widths[widest]--;
    }
  }
}
