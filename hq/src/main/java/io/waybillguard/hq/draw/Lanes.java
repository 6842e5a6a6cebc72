package io.waybillguard.hq.draw;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** What happened between two moments, in lanes one below the other, to scale. */
public final class Lanes {
  private static final double WIDTH = 1120;
  private static final double LEFT = 136;
  private static final double RIGHT = 8;
  private static final double TOP = 28;
  private static final double LANE = 32;

  /** Below this a span is drawn as a mark: it could not be seen or pointed at. */
  private static final double NARROWEST = 6;

  /**
   * A stretch of time behind all lanes.
   *
   * @param css its class
   */
  public record Band(Instant from, Instant to, String css, String title) {}

  /**
   * A mark or a span in a lane.
   *
   * @param to same as {@code from} for a moment
   * @param css its class
   * @param link where it leads
   */
  public record Mark(Instant from, Instant to, String css, String title, String link) {}

  /** A lane with its name. */
  public record Lane(String name, List<Mark> marks) {
    public Lane {
      marks = List.copyOf(marks);
    }
  }

  /** A word at a moment on the axis. */
  public record Tick(Instant at, String word) {}

  private final Instant from;
  private final double seconds;
  private final List<Band> bands = new ArrayList<>();
  private final List<Lane> lanes = new ArrayList<>();
  private final List<Tick> ticks = new ArrayList<>();

  /** Between two moments, the first before the other. */
  public Lanes(Instant from, Instant to) {
    this.from = from;
    this.seconds = Math.max(1, Duration.between(from, to).toSeconds());
  }

  public Lanes band(Band band) {
    bands.add(band);
    return this;
  }

  public Lanes lane(Lane lane) {
    lanes.add(lane);
    return this;
  }

  public Lanes tick(Tick tick) {
    ticks.add(tick);
    return this;
  }

  /**
   * The drawing.
   *
   * @param label what it shows
   */
  public Drawing draw(String label) {
    double height = TOP + LANE * lanes.size() + 8;
    Svg svg = new Svg("lanes", WIDTH, height, label);
    for (Band each : bands) {
      double x = x(each.from());
      svg.open(
              "rect",
              "class",
              "band " + each.css(),
              "x",
              x,
              "y",
              TOP,
              "width",
              Math.max(0.5, x(each.to()) - x),
              "height",
              LANE * lanes.size())
          .title(each.title())
          .close("rect");
    }
    for (Tick each : ticks) {
      double x = x(each.at());
      svg.empty("line", "class", "grid", "x1", x, "x2", x, "y1", TOP - 6, "y2", height - 8);
      svg.label("tick", x, TOP - 12, each.word());
    }
    for (int i = 0; i < lanes.size(); i++) {
      double middle = TOP + LANE * i + LANE / 2;
      svg.label("lane", LEFT - 16, middle + 5, lanes.get(i).name());
      svg.empty(
          "line", "class", "rail", "x1", LEFT, "x2", WIDTH - RIGHT, "y1", middle, "y2", middle);
      lanes.get(i).marks().forEach(mark -> draw(svg, mark, middle));
    }
    return svg.done();
  }

  private void draw(Svg svg, Mark mark, double middle) {
    double x = x(mark.from());
    double width = x(mark.to()) - x;
    svg.open("a", "href", mark.link()).title(mark.title());
    if (width < NARROWEST) {
      svg.empty("circle", "class", "mark " + mark.css(), "cx", x, "cy", middle, "r", 6.0);
    } else {
      svg.empty(
          "rect",
          "class",
          "span " + mark.css(),
          "x",
          x,
          "y",
          middle - 7,
          "width",
          width,
          "height",
          14.0,
          "rx",
          4.0);
    }
    svg.close("a");
  }

  private double x(Instant at) {
    double share = Duration.between(from, at).toMillis() / 1000.0 / seconds;
    return LEFT + (WIDTH - LEFT - RIGHT) * Math.max(0, Math.min(1, share));
  }
}
