package io.waybillguard.agent.event;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Findings that belong together, as of one more of them: the whole story so far, so that the newest
 * record of an incident is enough to go on from.
 *
 * @param change what became of it
 * @param uid names it for good: the log and the record of its first step
 * @param severity what all its steps together weigh
 * @param opened when its first step happened
 * @param steps in the order of the log; never empty
 * @param left how many later steps were not kept, the incident being full
 */
public record IncidentChanged(
    Instant at,
    Change change,
    String uid,
    Severity severity,
    Instant opened,
    List<Step> steps,
    long left)
    implements Note {

  /** What became of it. */
  public enum Change {
    NEW("incident.new", 1, 1),
    UPDATE("incident.update", 2, 2),
    /** No step came for so long that a later one would be another incident. */
    CLOSE("incident.close", 3, 5);

    private final String type;
    private final int activity;
    private final int status;

    Change(String type, int activity, int status) {
      this.type = type;
      this.activity = activity;
      this.status = status;
    }

    /** The type of a record about it. */
    public String type() {
      return type;
    }
  }

  /**
   * One finding within it, or a remark: something that is no finding and belongs to the story, such
   * as the end of a remote login.
   *
   * @param seq the finding's own record; of a remark, that of what was seen
   * @param rule the finding's rule; of a remark, the type of its record
   * @param severity the finding's own
   * @param about records that the finding rests on
   * @param keys what later steps are joined by, each a kind, a colon and a value
   * @param facts the finding's values for words, by name
   */
  public record Step(
      long seq,
      Instant at,
      String rule,
      Severity severity,
      List<Long> about,
      List<String> keys,
      SortedMap<String, String> facts) {
    public Step {
      about = List.copyOf(about);
      keys = List.copyOf(keys);
      facts = Collections.unmodifiableSortedMap(new TreeMap<>(facts));
    }

    /** A fact; "" when the finding had none of this name. */
    public String fact(String name) {
      return facts.getOrDefault(name, "");
    }

    private Json.Obj json() {
      return Json.object()
          .put("seq", seq)
          .put("at", at.toEpochMilli())
          .put("rule", rule)
          .put("severity_id", severity.id())
          .put("about", about)
          .put("keys", keys)
          .put("facts", written(facts));
    }
  }

  private static Json.Obj written(SortedMap<String, String> facts) {
    Json.Obj written = Json.object();
    facts.forEach(written::put);
    return written;
  }

  public IncidentChanged {
    steps = List.copyOf(steps);
    if (steps.isEmpty()) {
      throw new IllegalArgumentException("incident " + uid + " has no step");
    }
  }

  /** The step that came last. */
  public Step last() {
    return steps.get(steps.size() - 1);
  }

  @Override
  public String type() {
    return change.type();
  }

  /** It names programs by path and accounts' folders, as findings do. */
  @Override
  public BodyClass bodyClass() {
    return BodyClass.CRITICAL;
  }

  @Override
  public Json.Obj leaf() {
    return Json.object()
        .put("incident", uid)
        .put("steps", steps.size())
        .put("rule", last().rule())
        .put("finding", last().seq());
  }

  @Override
  public Ocsf ocsf() {
    List<Json.Obj> infos = new ArrayList<>();
    for (Step step : steps) {
      Json.Obj info =
          Json.object()
              .put("uid", step.rule() + "-" + step.seq())
              .put("title", step.rule())
              .put("types", List.of(step.rule()));
      CrimeStep.technique(step.rule())
          .ifPresent(
              known ->
                  info.put(
                      "attacks",
                      List.of(
                          Json.object()
                              .put(
                                  "technique",
                                  Json.object()
                                      .put("uid", known.uid())
                                      .put("name", known.name())))));
      infos.add(info);
    }
    return Ocsf.of(Ocsf.Kind.INCIDENT_FINDING, change.activity, severity, at)
        .with("finding_info_list", infos)
        // Nobody has taken it on yet; who may is HQ's matter.
        .with("assignee_group", Json.object().put("name", "HQ"))
        .with("is_suspected_breach", severity.compareTo(Severity.HIGH) >= 0)
        .with("status_id", change.status)
        .with("start_time", opened.toEpochMilli())
        .with("end_time", last().at().toEpochMilli())
        .with("count", steps.size() + left)
        .unmapped("incident", uid)
        .unmapped("rule", last().rule())
        .unmapped("left", left)
        .unmapped("steps", steps.stream().map(Step::json).toList());
  }

  /** What {@link #ocsf} wrote. */
  static IncidentChanged recalled(Recalled event) throws JsonException {
    List<Step> steps = new ArrayList<>();
    for (Recalled step : event.unmapped().parts("steps")) {
      steps.add(
          new Step(
              step.number("seq"),
              step.moment("at"),
              step.text("rule"),
              Severity.of(step.number("severity_id")),
              step.numbers("about"),
              step.texts("keys"),
              step.allTexts("facts")));
    }
    String type = event.text("metadata.event_code");
    Change change = null;
    for (Change each : Change.values()) {
      if (each.type.equals(type)) {
        change = each;
      }
    }
    if (change == null) {
      throw new IllegalArgumentException(type + " is no incident's");
    }
    return new IncidentChanged(
        event.at(),
        change,
        event.unmapped().text("incident"),
        Severity.of(event.number("severity_id")),
        event.moment("start_time"),
        steps,
        event.unmapped().number("left"));
  }
}
