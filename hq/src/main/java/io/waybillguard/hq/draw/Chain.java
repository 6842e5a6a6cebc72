package io.waybillguard.hq.draw;

import java.util.List;

/**
 * Steps that came of each other: a column a moment, in order and not to scale, a row a kind, and a
 * line from each step to the next. How long lay between two moments is written between them.
 */
public final class Chain {
  private static final double LEFT = 136;
  private static final double TOP = 56;
  private static final double COLUMN = 104;
  private static final double ROW = 40;

  /**
   * A moment.
   *
   * @param day its day, or "" when it is that of the moment before
   * @param time its time of day
   * @param after how long it came after the moment before, in words, or ""
   */
  public record Moment(String day, String time, String after) {}

  /**
   * A record in the drawing.
   *
   * @param column of its moment
   * @param row of its kind
   * @param step whether it is a step; else it is what a step rests on
   * @param css class of its severity
   */
  public record Mark(int column, int row, boolean step, String css, String title, String link) {}

  private Chain() {}

  /**
   * The drawing.
   *
   * @param label what it shows
   * @param rows names of the rows
   */
  public static Drawing of(
      String label, List<String> rows, List<Moment> moments, List<Mark> marks) {
    double width = Math.max(720, LEFT + COLUMN * moments.size());
    double height = TOP + ROW * rows.size() + 8;
    Svg svg = new Svg(width > 1120 ? "chain wide" : "chain", width, height, label);
    for (int i = 0; i < rows.size(); i++) {
      double y = y(i);
      svg.label("lane", LEFT - 16, y + 5, rows.get(i));
      svg.empty("line", "class", "rail", "x1", LEFT, "x2", width, "y1", y, "y2", y);
    }
    for (int i = 0; i < moments.size(); i++) {
      Moment each = moments.get(i);
      svg.label("day-of", x(i), 16, each.day());
      svg.label("tick", x(i), 34, each.time());
      svg.empty("line", "class", "grid", "x1", x(i), "x2", x(i), "y1", 42.0, "y2", height - 8);
      if (!each.after().isEmpty()) {
        svg.label("after", x(i) - COLUMN / 2, 48, each.after());
      }
    }
    StringBuilder path = new StringBuilder();
    for (Mark each : marks) {
      if (each.step()) {
        path.append(path.isEmpty() ? "" : " ").append(x(each.column())).append(',');
        path.append(y(each.row()));
      }
    }
    svg.empty("polyline", "class", "way", "points", path);
    for (Mark each : marks) {
      svg.open("a", "href", each.link()).title(each.title());
      svg.empty(
          "circle",
          "class",
          (each.step() ? "mark " : "rest ") + each.css(),
          "cx",
          x(each.column()),
          "cy",
          y(each.row()),
          "r",
          each.step() ? 9.0 : 5.0);
      svg.close("a");
    }
    return svg.done();
  }

  private static double x(int column) {
    return LEFT + COLUMN * column + COLUMN / 2;
  }

  private static double y(int row) {
    return TOP + ROW * row + ROW / 2;
  }
}
