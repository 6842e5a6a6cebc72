package io.waybillguard.agent.event;

import io.waybillguard.agent.event.IncidentChanged.Step;
import java.text.MessageFormat;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.ResourceBundle;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * An incident told as a story, from its record alone, so that desk, HQ and bundle say the same.
 * Chinese is written first, in {@code story_zh.properties}; {@code story_en.properties} says the
 * same. Numbers are those of the log; what it does not hold is left out.
 *
 * <p>Values come from outside and are not escaped here. Immutable.
 */
public final class Story {
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm", Locale.ROOT);

  /**
   * One sentence.
   *
   * @param at when it happened
   * @param step what it is in the crime
   * @param seq the record that says so
   * @param about records it rests on
   * @param text the sentence, with its time
   */
  public record Sentence(Instant at, CrimeStep step, long seq, List<Long> about, String text) {}

  private final Locale locale;
  private final ZoneId zone;
  private final ResourceBundle words;
  private final Summary summary;
  private final DateTimeFormatter day;

  /**
   * @param language {@link Locale#SIMPLIFIED_CHINESE} or {@link Locale#ENGLISH}
   * @param zone of the person who reads
   */
  public Story(Locale language, ZoneId zone) {
    this.locale = language;
    this.zone = zone;
    this.summary = new Summary(language, zone);
    this.words =
        ResourceBundle.getBundle(
            Story.class.getPackageName() + ".story", language, Summary.THIS_LANGUAGE_ONLY);
    this.day = DateTimeFormatter.ofPattern(words.getString("day"), language);
  }

  /** What happened, in one line without its severity. */
  public String title(IncidentChanged incident) {
    CrimeStep furthest = furthest(incident);
    String key = "title." + furthest.word();
    String known = furthest == CrimeStep.UPLOAD ? last(incident, "destination") : "";
    if (known.isEmpty()) {
      return say(key);
    }
    String name = summary.destination(known);
    return name.equals(known) ? say(key + ".net_disk") : say(key + ".named", name);
  }

  /** How much it weighs, in a word. */
  public String severity(Severity severity) {
    return summary.severity(severity);
  }

  /** What happened, step by step. */
  public List<Sentence> sentences(IncidentChanged incident) {
    List<Sentence> told = new ArrayList<>();
    LocalDate before = null;
    for (Step step : worthTelling(incident.steps())) {
      LocalDate date = step.at().atZone(zone).toLocalDate();
      String when =
          date.equals(before)
              ? say("at", TIME.format(step.at().atZone(zone)))
              : say("at.day", day.format(date), TIME.format(step.at().atZone(zone)));
      before = date;
      told.add(
          new Sentence(
              step.at(),
              CrimeStep.of(step.rule()),
              step.seq(),
              step.about(),
              when + circumstances(step) + what(step) + say("stop")));
    }
    if (incident.left() > 0) {
      told.add(
          new Sentence(
              incident.at(),
              CrimeStep.REMARK,
              incident.last().seq(),
              List.of(),
              say("left", incident.left())));
    }
    return told;
  }

  /** What to do now. */
  public String whatToDo(IncidentChanged incident) {
    if (incident.severity().compareTo(Severity.HIGH) >= 0) {
      return say("do.now");
    }
    return say(incident.severity() == Severity.MEDIUM ? "do.ask" : "do.nothing");
  }

  /** Images that programs of this incident took, each program's once. */
  public static long images(IncidentChanged incident) {
    return most(incident, "images");
  }

  /** Bytes that programs of this incident sent out. */
  public static long bytesOut(IncidentChanged incident) {
    return most(incident, "bytes");
  }

  /** Where they were sent: a known place's id, or an address; "" when nothing was sent. */
  static String destination(IncidentChanged incident) {
    String known = last(incident, "destination");
    return known.isEmpty() ? facts(incident, "peer").findFirst().orElse("") : known;
  }

  /** The same, as people call it. */
  public String sentTo(IncidentChanged incident) {
    return summary.destination(destination(incident));
  }

  private static String last(IncidentChanged incident, String fact) {
    return facts(incident, fact).reduce("", (before, value) -> value);
  }

  /** What its steps say of one thing, in their order; those that say nothing are left out. */
  private static Stream<String> facts(IncidentChanged incident, String fact) {
    return incident.steps().stream().map(step -> step.fact(fact)).filter(value -> !value.isEmpty());
  }

  /**
   * The document that {@code incidents --json} gives of one, here and at HQ.
   *
   * @param workstation the log's id
   */
  public Json.Obj json(IncidentChanged incident, String workstation) {
    List<Json.Obj> steps = new ArrayList<>();
    List<String> story = new ArrayList<>();
    for (Sentence each : sentences(incident)) {
      story.add(each.text());
      if (each.step() != CrimeStep.REMARK) {
        steps.add(
            Json.object()
                .put("seq", each.seq())
                .put("step", each.step().word())
                .put("at", Rfc3339.of(each.at()))
                .put("text", each.text())
                .put("about", each.about()));
      }
    }
    return Json.object()
        .put("id", incident.uid())
        .put("workstation", workstation)
        .put("state", incident.change() == IncidentChanged.Change.CLOSE ? "closed" : "open")
        .put("severity", incident.severity().name().toLowerCase(Locale.ROOT))
        .put("opened", Rfc3339.of(incident.opened()))
        .put("updated", Rfc3339.of(incident.at()))
        .put("title", title(incident))
        .put("steps", steps)
        .put("story", story)
        .put("todo", whatToDo(incident))
        .put("images", images(incident))
        .put("bytes_out", bytesOut(incident))
        .put("destination", destination(incident))
        .put("techniques", techniques(incident))
        .put("answers", answers(incident));
  }

  private static List<Json.Obj> answers(IncidentChanged incident) {
    return incident.steps().stream()
        .filter(step -> step.rule().equals("notice.answered"))
        .map(
            step ->
                Json.object()
                    .put("answer", step.fact("answer"))
                    .put("by", step.fact("by"))
                    .put("how", step.fact("how"))
                    .put("place", step.fact("place"))
                    .put("at", Rfc3339.of(step.at())))
        .toList();
  }

  private static Collection<String> techniques(IncidentChanged incident) {
    TreeSet<String> uids = new TreeSet<>();
    incident.steps().stream()
        .flatMap(step -> CrimeStep.technique(step.rule()).stream())
        .forEach(technique -> uids.add(technique.uid()));
    return uids;
  }

  private static CrimeStep furthest(IncidentChanged incident) {
    return incident.steps().stream()
        .map(step -> CrimeStep.of(step.rule()))
        .filter(step -> step != CrimeStep.REMARK && step != CrimeStep.TAMPER)
        .max(Enum::compareTo)
        .orElseGet(() -> CrimeStep.of(incident.steps().get(0).rule()));
  }

  /** A fact that grows from step to step is the last of each program. */
  private static long most(IncidentChanged incident, String fact) {
    Map<String, Long> byProgram = new LinkedHashMap<>();
    for (Step step : incident.steps()) {
      byProgram.merge(step.fact("path"), number(step, fact), Math::max);
    }
    return byProgram.values().stream().mapToLong(Long::longValue).sum();
  }

  private static long number(Step step, String fact) {
    return Summary.number(step.fact(fact));
  }

  /** What a program took and sent is told once, as it stood last. */
  private static List<Step> worthTelling(List<Step> steps) {
    List<Step> told = new ArrayList<>();
    for (int i = 0; i < steps.size(); i++) {
      Step step = steps.get(i);
      CrimeStep kind = CrimeStep.of(step.rule());
      boolean grows = kind == CrimeStep.IMAGES || kind == CrimeStep.UPLOAD;
      boolean again =
          grows
              && steps.subList(i + 1, steps.size()).stream()
                  .anyMatch(
                      later ->
                          later.rule().equals(step.rule())
                              && later.fact("path").equals(step.fact("path")));
      if (!again) {
        told.add(step);
      }
    }
    return told;
  }

  private String circumstances(Step step) {
    StringBuilder there = new StringBuilder();
    for (String fact : List.of("presence", "hours")) {
      String key = fact + "." + step.fact(fact);
      if (words.containsKey(key)) {
        there.append(say(key));
      }
    }
    for (String fact : List.of("operator", "operator_missing", "visitor")) {
      if (!step.fact(fact).isEmpty()) {
        there.append(say(fact, step.fact(fact)));
      }
    }
    return there.toString();
  }

  private String what(Step step) {
    String variant = step.fact("step");
    String key = "step." + step.rule();
    if (words.containsKey(key + "." + variant)) {
      key += "." + variant;
    }
    if (!words.containsKey(key)) {
      return say("step.other", step.rule());
    }
    return switch (step.rule()) {
      case "unknown-usb-storage", "unknown-keyboard" ->
          say(key, named(step), step.fact("serial_end").isEmpty() ? 0 : 1, step.fact("serial_end"));
      case "program-from-removable-media", "program-in-hidden-place" ->
          say(key, fileName(step), step.fact("path")) + hidden(step);
      case "starts-by-itself" ->
          say(key, fileName(step), step.fact("path"), summary.point(step.fact("point")));
      case "unexpected-remote-session" ->
          say(key, step.fact("path"), step.fact("source"))
              + (step.fact("account").isEmpty() ? "" : say("account", step.fact("account")));
      case "images-taken" -> say(key, fileName(step), step.fact("path"), number(step, "images"));
      case "images-carried-off" ->
          say(
              key,
              fileName(step),
              step.fact("path"),
              number(step, "images"),
              summary.size(number(step, "bytes")),
              step.fact("destination").isEmpty() ? step.fact("peer") : toNamed(step),
              FileRef.nameOf(step.fact("source")));
      case "sensor-silenced" ->
          say(key, summary.sensor(step.fact("path")), summary.detail(step.fact("cause")));
      case "sensor.back" ->
          say(
              key,
              summary.sensor(step.fact("path")),
              TIME.format(moment(step, "from")),
              TIME.format(moment(step, "until")));
      case "notice.answered" -> {
        String answer = "answer." + step.fact("answer");
        yield say(
            key,
            step.fact("by").isEmpty() ? say("somebody") : step.fact("by"),
            words.containsKey(answer) ? say(answer) : step.fact("answer"),
            summary.span(number(step, "after_ms")),
            words.containsKey("place." + step.fact("place"))
                ? say("place." + step.fact("place"))
                : "");
      }
      case "notice.unanswered" -> say(key, summary.span(number(step, "after_ms")));
      case "disposal.end" ->
          say(
              key,
              summary.disposal(
                  Json.object()
                      .put("kind", step.fact("kind"))
                      .putUnlessEmpty("program", step.fact("program")),
                  step.fact("target"),
                  step.fact("disposal"),
                  step.fact("undo").equals("true"),
                  step.fact("outcome"),
                  step.fact("detail")));
      case "session.end" -> say(key, step.fact("path"), summary.span(number(step, "lasted_ms")));
      default -> say(key, named(step));
    };
  }

  private java.time.ZonedDateTime moment(Step step, String fact) {
    return Instant.ofEpochMilli(number(step, fact)).atZone(zone);
  }

  private String toNamed(Step step) {
    return say("to.named", summary.destination(step.fact("destination")), step.fact("peer"));
  }

  private String hidden(Step step) {
    return step.fact("hidden").equals("true") ? say("hidden") : "";
  }

  private static String named(Step step) {
    return step.fact("path");
  }

  private static String fileName(Step step) {
    return FileRef.nameOf(step.fact("path"));
  }

  private String say(String key, Object... values) {
    return new MessageFormat(words.getString(key), locale).format(values);
  }
}
