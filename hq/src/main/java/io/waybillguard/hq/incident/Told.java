package io.waybillguard.hq.incident;

import io.waybillguard.agent.event.IncidentChanged;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.Rfc3339;
import io.waybillguard.agent.event.Story;
import io.waybillguard.hq.store.IncidentRows;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * An incident with everything that HQ holds of it.
 *
 * @param row how it stands
 * @param incident its newest record; absent when its content is not here
 * @param answers what the desk was shown and answered, in the order of the log
 * @param evidence every record it rests on, in the order of the log
 */
public record Told(
    IncidentRows.Row row,
    Optional<IncidentChanged> incident,
    List<Answer> answers,
    List<Evidence> evidence) {
  public Told {
    answers = List.copyOf(answers);
    evidence = List.copyOf(evidence);
  }

  /**
   * What became of a notice at the desk.
   *
   * @param type {@code notice.shown}, {@code notice.answered}, …
   * @param event its OCSF event; empty when its content is not here
   */
  public record Answer(long seq, Instant at, String type, Json.Obj event) {
    private String fact(String key) {
      return event
          .find("unmapped")
          .filter(Json.Obj.class::isInstance)
          .map(more -> ((Json.Obj) more).text(key, ""))
          .orElse("");
    }

    private boolean isAnswer() {
      return !fact("answer").isEmpty();
    }

    private Json.Obj json() {
      String operator = fact("operator");
      return Json.object()
          .put("answer", fact("answer"))
          .put("by", operator.isEmpty() ? fact("account") : operator)
          .put("at", Rfc3339.of(at));
    }
  }

  /**
   * One record that the incident rests on, and what proves it.
   *
   * @param held since when HQ has held it, for certain
   * @param size of the checkpoint that covers it
   * @param event its OCSF event; absent when its content is not here
   */
  public record Evidence(
      long seq, String type, Instant at, Instant held, long size, Optional<Json.Obj> event) {}

  /**
   * The document that {@code incidents --json} gives, as the desk itself gives it, with outlet and
   * answers; without the steps where their content is not here.
   */
  public Json.Obj json(Story story, String title) {
    Json.Obj json =
        incident
            .map(known -> story.json(known, row.log()))
            .orElseGet(
                () ->
                    Json.object()
                        .put("id", row.id())
                        .put("workstation", row.log())
                        .put("state", row.closed() ? "closed" : "open")
                        .put("opened", Rfc3339.of(row.opened()))
                        .put("updated", Rfc3339.of(row.updated()))
                        .put("title", title)
                        .put("steps", List.of()));
    return json.put("outlet", row.outlet())
        .put("answers", answers.stream().filter(Answer::isAnswer).map(Answer::json).toList());
  }
}
