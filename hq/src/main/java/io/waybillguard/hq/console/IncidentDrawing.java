package io.waybillguard.hq.console;

import io.waybillguard.agent.event.CrimeStep;
import io.waybillguard.agent.event.IncidentChanged;
import io.waybillguard.agent.event.Story;
import io.waybillguard.hq.draw.Chain;
import io.waybillguard.hq.draw.Drawing;
import io.waybillguard.hq.incident.Told;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** The steps of an incident and what they rest on, drawn in the order of time. */
final class IncidentDrawing {
  /** Beyond so many moments only the steps are drawn; the table below has everything. */
  private static final int MOST_MOMENTS = 24;

  private static final List<CrimeStep> ALWAYS =
      List.of(
          CrimeStep.STICK,
          CrimeStep.PROGRAM,
          CrimeStep.AUTOSTART,
          CrimeStep.REMOTE_LOGIN,
          CrimeStep.IMAGES,
          CrimeStep.UPLOAD);
  private static final List<CrimeStep> ROWS =
      List.of(
          CrimeStep.STICK,
          CrimeStep.KEYBOARD,
          CrimeStep.PROGRAM,
          CrimeStep.AUTOSTART,
          CrimeStep.REMOTE_LOGIN,
          CrimeStep.TAMPER,
          CrimeStep.IMAGES,
          CrimeStep.UPLOAD,
          CrimeStep.REMARK);

  /** One record in the drawing. */
  private record Point(
      Instant at, CrimeStep kind, boolean step, int severity, String title, String link) {}

  private IncidentDrawing() {}

  /** The drawing; none when no step is known. */
  static Drawing of(Told told, Reader reader) {
    List<Point> points = points(told, reader);
    if (points.isEmpty()) {
      return Drawing.NONE;
    }
    List<CrimeStep> rows =
        ROWS.stream()
            .filter(k -> ALWAYS.contains(k) || points.stream().anyMatch(p -> p.kind() == k))
            .toList();
    TreeSet<Instant> moments = new TreeSet<>();
    points.forEach(p -> moments.add(p.at()));
    List<Instant> columns = List.copyOf(moments);
    List<Chain.Mark> marks = new ArrayList<>();
    for (Point each : points) {
      marks.add(
          new Chain.Mark(
              columns.indexOf(each.at()),
              rows.indexOf(each.kind()),
              each.step(),
              "weight-" + each.severity(),
              each.title(),
              each.link()));
    }
    return Chain.of(
        reader.say("incident.drawing"),
        rows.stream().map(k -> reader.say("step." + k.word())).toList(),
        moments(columns, reader),
        marks);
  }

  private static List<Chain.Moment> moments(List<Instant> columns, Reader reader) {
    List<Chain.Moment> moments = new ArrayList<>();
    String dayBefore = "";
    for (int i = 0; i < columns.size(); i++) {
      String day = reader.day(columns.get(i));
      Duration after =
          i == 0 ? Duration.ZERO : Duration.between(columns.get(i - 1), columns.get(i));
      moments.add(
          new Chain.Moment(
              day.equals(dayBefore) ? "" : day,
              reader.clock(columns.get(i)),
              after.toSeconds() < 1 ? "" : reader.span(after)));
      dayBefore = day;
    }
    return moments;
  }

  private static List<Point> points(Told told, Reader reader) {
    List<Point> steps = new ArrayList<>();
    Optional<IncidentChanged> incident = told.incident();
    for (Story.Sentence each : incident.map(reader.story()::sentences).orElse(List.of())) {
      if (each.step() != CrimeStep.REMARK) {
        int severity = severity(told, each.seq());
        String link = link(told, each.seq());
        steps.add(new Point(second(each.at()), each.step(), true, severity, each.text(), link));
      }
    }
    List<Point> all = new ArrayList<>(steps);
    for (Told.Evidence each : told.evidence()) {
      CrimeStep kind = kind(each.type());
      if (kind != CrimeStep.REMARK) {
        String sentence =
            each.event()
                .map(e -> reader.summary().of(each.type(), e))
                .orElseGet(() -> reader.summary().withoutBody(each.type()));
        all.add(
            new Point(
                second(each.at()),
                kind,
                false,
                1,
                reader.time(each.at()) + " " + sentence,
                link(told, each.seq())));
      }
    }
    long moments = all.stream().map(Point::at).distinct().count();
    List<Point> drawn = moments > MOST_MOMENTS ? steps : all;
    drawn.sort(Comparator.comparing(Point::at));
    return drawn;
  }

  private static int severity(Told told, long seq) {
    return told.incident().stream()
        .flatMap(incident -> incident.steps().stream())
        .filter(step -> step.seq() == seq)
        .mapToInt(step -> step.severity().id())
        .findFirst()
        .orElse(1);
  }

  private static String link(Told told, long seq) {
    return "/workstations/" + told.row().log() + "/records/" + seq;
  }

  private static Instant second(Instant at) {
    return Instant.ofEpochSecond(at.getEpochSecond());
  }

  /** In which row a record belongs that a step rests on. */
  private static CrimeStep kind(String type) {
    String family = type.substring(0, Math.max(0, type.indexOf('.')));
    return switch (family) {
      case "usb", "volume" -> CrimeStep.STICK;
      case "program", "proc" -> CrimeStep.PROGRAM;
      case "autostart" -> CrimeStep.AUTOSTART;
      case "session" -> CrimeStep.REMOTE_LOGIN;
      case "image" -> CrimeStep.IMAGES;
      case "net" -> CrimeStep.UPLOAD;
      case "sensor" -> CrimeStep.TAMPER;
      default -> CrimeStep.REMARK;
    };
  }
}
