package io.waybillguard.agent.evidence.bundle;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * The records of a report as a drawing: one lane a kind, time from left to right by the machine's
 * clock. Long stretches without records are cut out and marked with their length, so that what
 * happened within minutes stays apart; between cuts the scale is the same everywhere.
 */
final class Timeline {
  private static final int WIDTH = 960;
  private static final int LEFT = 120;
  private static final int RIGHT = 24;
  private static final int TOP = 30;
  private static final int LANE = 34;
  private static final int BOTTOM = 30;
  private static final int CUT = 44;

  /** Cuts take room of their own; more would leave none for the records. */
  private static final int MOST_CUTS = 8;

  /** Dots bear their record's number while there are few. */
  private static final int MOST_NUMBERS = 40;

  /** A dot for each record up to here; beyond, one for each place on the drawing. */
  private static final int MOST_DOTS = 2_000;

  /** Labels of the axis closer than this would run into each other. */
  private static final int LABEL = 128;

  private static final DateTimeFormatter TICK =
      DateTimeFormatter.ofPattern("MM-dd HH:mm:ss", Locale.ROOT);

  /** What people are told. */
  interface Words {
    String say(String key, Object... values);
  }

  private enum Lane {
    STICK,
    PROGRAM,
    FINDING,
    SELF;

    static Lane of(String type) {
      if (type.startsWith("usb.") || type.startsWith("volume.")) {
        return STICK;
      }
      if (type.startsWith("program.") || type.startsWith("proc.")) {
        return PROGRAM;
      }
      return type.startsWith("finding.") ? FINDING : SELF;
    }
  }

  private final List<Report.Row> rows;
  private final Words words;
  private final Function<Report.Row, String> sentence;
  private final ZoneId zone;
  private final Page svg = new Page();
  private final List<Instant> moments;
  private final List<Integer> cuts = new ArrayList<>();
  private double pixelsPerMilli;

  private Timeline(
      List<Report.Row> rows, Words words, Function<Report.Row, String> sentence, ZoneId zone) {
    this.rows = rows;
    this.words = words;
    this.sentence = sentence;
    this.zone = zone;
    this.moments = new ArrayList<>(new TreeSet<>(rows.stream().map(Report.Row::wall).toList()));
  }

  /** The drawing, as an svg element; nothing where there are no records. */
  static String svg(
      List<Report.Row> rows, Words words, Function<Report.Row, String> sentence, ZoneId zone) {
    return rows.isEmpty() ? "" : new Timeline(rows, words, sentence, zone).draw();
  }

  private String draw() {
    scale();
    Map<Lane, List<Report.Row>> lanes = new TreeMap<>();
    rows.forEach(r -> lanes.computeIfAbsent(Lane.of(r.type()), l -> new ArrayList<>()).add(r));
    int height = TOP + lanes.size() * LANE + BOTTOM;
    svg.markup(
        "<svg class=\"timeline\" role=\"img\" viewBox=\"0 0 " + WIDTH + " " + height + "\">");
    svg.element("title", words.say("timeline.title"));
    int y = TOP;
    for (Map.Entry<Lane, List<Report.Row>> lane : lanes.entrySet()) {
      lane(lane.getKey(), lane.getValue(), y);
      y += LANE;
    }
    axis(y);
    return svg.markup("</svg>").toString();
  }

  // -- time to place -----------------------------------------------------------------------------

  /** The longest gaps are cut, as long as each is a good part of the whole. */
  private void scale() {
    List<Integer> byLength = new ArrayList<>();
    for (int i = 1; i < moments.size(); i++) {
      byLength.add(i);
    }
    byLength.sort(Comparator.comparing(this::gapBefore).reversed());
    long left = total();
    for (int i : byLength) {
      long gap = gapBefore(i);
      if (cuts.size() == MOST_CUTS || gap * 5 < left || gap < Duration.ofMinutes(10).toMillis()) {
        break;
      }
      cuts.add(i);
      left -= gap;
    }
    int room = WIDTH - LEFT - RIGHT - cuts.size() * CUT;
    pixelsPerMilli = left == 0 ? 0 : (double) room / left;
  }

  private long total() {
    return Duration.between(moments.get(0), moments.get(moments.size() - 1)).toMillis();
  }

  private long gapBefore(int moment) {
    return Duration.between(moments.get(moment - 1), moments.get(moment)).toMillis();
  }

  private double x(Instant at) {
    double x = LEFT + pixelsPerMilli * Duration.between(moments.get(0), at).toMillis();
    for (int cut : cuts) {
      if (!at.isBefore(moments.get(cut))) {
        x += CUT - pixelsPerMilli * gapBefore(cut);
      }
    }
    return x;
  }

  // -- drawing -----------------------------------------------------------------------------------

  private void lane(Lane lane, List<Report.Row> in, int y) {
    String name = lane.name().toLowerCase(Locale.ROOT);
    int middle = y + LANE / 2;
    svg.markup("<text class=\"lane\" x=\"0\" y=\"" + (middle + 5) + "\">");
    svg.text(words.say("timeline." + name)).markup("</text>");
    svg.markup(line(LEFT - 8, middle, WIDTH - 8, middle, "rule"));
    boolean places = in.size() > MOST_DOTS;
    TreeSet<Long> taken = new TreeSet<>();
    double numbered = -1_000;
    for (Report.Row row : in) {
      double x = x(row.wall());
      if (places && !taken.add(Math.round(x))) {
        continue;
      }
      svg.markup("<g class=\"" + name + "\">")
          .element("title", row.seq() + " " + sentence.apply(row));
      svg.markup(mark(lane, x, middle));
      if (rows.size() <= MOST_NUMBERS && x - numbered > 20) {
        svg.markup("<text class=\"number\" x=\"" + pixels(x) + "\" y=\"" + (middle - 8) + "\">");
        svg.text(Long.toString(row.seq())).markup("</text>");
        numbered = x;
      }
      svg.markup("</g>");
    }
  }

  /** Shapes differ, so that a copy in black and white tells them apart. */
  private static String mark(Lane lane, double x, int y) {
    return switch (lane) {
      case STICK ->
          "<rect x=\"" + pixels(x - 4) + "\" y=\"" + (y - 4) + "\" width=\"8\" height=\"8\"/>";
      case PROGRAM -> "<circle cx=\"" + pixels(x) + "\" cy=\"" + y + "\" r=\"4.5\"/>";
      case FINDING -> "<path d=\"M" + pixels(x) + " " + (y - 6) + "l6 11h-12z\"/>";
      case SELF -> "<circle cx=\"" + pixels(x) + "\" cy=\"" + y + "\" r=\"3\"/>";
    };
  }

  private void axis(int y) {
    svg.markup(line(LEFT - 8, y, WIDTH - 8, y, "axis"));
    tick(moments.get(0), y);
    double end = x(moments.get(0)) + LABEL;
    for (int cut : cuts.stream().sorted().toList()) {
      double x = x(moments.get(cut));
      svg.markup(line(x - CUT / 2.0 - 3, y - 6, x - CUT / 2.0 - 9, y + 6, "axis"));
      svg.markup(line(x - CUT / 2.0 + 9, y - 6, x - CUT / 2.0 + 3, y + 6, "axis"));
      svg.markup(
          "<text class=\"cut\" x=\"" + pixels(x - CUT / 2.0) + "\" y=\"" + (TOP - 14) + "\">");
      svg.text(span(gapBefore(cut))).markup("</text>");
      svg.markup(line(x - CUT / 2.0, TOP - 8, x - CUT / 2.0, y, "cutline"));
      if (x > end) {
        tick(moments.get(cut), y);
        end = x + LABEL;
      }
    }
    Instant last = moments.get(moments.size() - 1);
    if (x(last) - LABEL > end - LABEL / 2.0) {
      svg.markup("<text class=\"tick last\" x=\"" + pixels(x(last)) + "\" y=\"" + (y + 20) + "\">");
      svg.text(TICK.format(last.atZone(zone))).markup("</text>");
    }
  }

  private void tick(Instant at, int y) {
    svg.markup(line(x(at), y, x(at), y + 5, "axis"));
    svg.markup("<text class=\"tick\" x=\"" + pixels(x(at)) + "\" y=\"" + (y + 20) + "\">");
    svg.text(TICK.format(at.atZone(zone))).markup("</text>");
  }

  private String span(long millis) {
    Duration gap = Duration.ofMillis(millis);
    if (gap.toDays() > 0) {
      return words.say("timeline.days", gap.toDays(), gap.toHoursPart());
    }
    return gap.toHours() > 0
        ? words.say("timeline.hours", gap.toHours(), gap.toMinutesPart())
        : words.say("timeline.minutes", gap.toMinutes());
  }

  private static String line(double x1, double y1, double x2, double y2, String css) {
    return "<line class=\""
        + css
        + "\" x1=\""
        + pixels(x1)
        + "\" y1=\""
        + pixels(y1)
        + "\" x2=\""
        + pixels(x2)
        + "\" y2=\""
        + pixels(y2)
        + "\"/>";
  }

  private static String pixels(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }
}
