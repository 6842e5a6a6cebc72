package io.waybillguard.hq.draw;

import java.util.List;

/** One bar a day, each of parts that stand on each other. */
public final class DailyBars {
  private static final double WIDTH = 560;
  private static final double HEIGHT = 168;
  private static final double LEFT = 44;
  private static final double TOP = 16;
  private static final double BOTTOM = 24;

  /**
   * A day.
   *
   * @param title what its bar says to a pointer
   * @param label below the bar, or ""
   * @param parts how much of each, from the bottom up; each is drawn in the class of its place
   */
  public record Bar(String title, String label, List<Long> parts) {
    public Bar {
      parts = List.copyOf(parts);
    }

    private long sum() {
      return parts.stream().mapToLong(n -> n).sum();
    }
  }

  private DailyBars() {}

  /**
   * The drawing.
   *
   * @param label what it shows
   * @param most what reaches the top; 0 for the highest bar
   * @param scale the words at 0, at the middle and at the top; the middle may be ""
   * @param css classes of the parts, from the bottom up
   */
  public static Drawing of(
      String label, List<Bar> bars, long most, List<String> scale, List<String> css) {
    long top = most > 0 ? most : Math.max(1, bars.stream().mapToLong(Bar::sum).max().orElse(1));
    Svg svg = new Svg("chart", WIDTH, HEIGHT, label);
    double floor = HEIGHT - BOTTOM;
    double room = floor - TOP;
    for (int i = 0; i < scale.size(); i++) {
      double y = floor - room * i / (scale.size() - 1);
      if (!scale.get(i).isEmpty()) {
        svg.empty("line", "class", "grid", "x1", LEFT, "x2", WIDTH, "y1", y, "y2", y);
        svg.label("scale", LEFT - 8, y + 4, scale.get(i));
      }
    }
    double step = (WIDTH - LEFT) / Math.max(1, bars.size());
    for (int i = 0; i < bars.size(); i++) {
      Bar bar = bars.get(i);
      double x = LEFT + i * step;
      svg.open("g", "class", "bar-of-day").title(bar.title());
      // The whole height can be pointed at, also where the bar is low.
      svg.empty("rect", "class", "day", "x", x, "y", TOP, "width", step, "height", room);
      double y = floor;
      for (int part = 0; part < bar.parts().size(); part++) {
        double height = Math.min(room, room * bar.parts().get(part) / top);
        if (height > 0) {
          y -= height;
          svg.empty(
              "rect",
              "class",
              css.get(part),
              "x",
              x + step * 0.15,
              "y",
              y,
              "width",
              step * 0.7,
              "height",
              height);
        }
      }
      svg.close("g");
      if (!bar.label().isEmpty()) {
        svg.label("tick", x + step / 2, HEIGHT - 6, bar.label());
      }
    }
    return svg.done();
  }
}
