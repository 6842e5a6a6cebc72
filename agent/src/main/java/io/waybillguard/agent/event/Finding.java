package io.waybillguard.agent.event;

import java.time.Instant;
import java.util.List;

/**
 * What a rule made of observations.
 *
 * @param rule the rule's id, such as {@code program-from-removable-media}; also the key of its
 *     words in the bundles
 * @param severity what the context makes of it
 * @param about seqs of the records it rests on, oldest first
 * @param facts values for the rule's words, by name: device, path, hash
 */
public record Finding(Instant at, String rule, Severity severity, List<Long> about, Json.Obj facts)
    implements Event {

  public Finding {
    about = List.copyOf(about);
  }

  @Override
  public String type() {
    return "finding.new";
  }

  @Override
  public Urgency urgency() {
    return Urgency.CRITICAL;
  }

  @Override
  public BodyClass bodyClass() {
    return BodyClass.CRITICAL;
  }

  @Override
  public Json.Obj leaf() {
    return Json.object().put("rule", rule).put("about", about);
  }

  @Override
  public Ocsf ocsf() {
    Json.Obj info =
        Json.object()
            // One observation makes at most one finding of a rule, so rule and record name it for
            // good.
            .put("uid", rule + (about.isEmpty() ? "" : "-" + about.get(about.size() - 1)))
            .put("title", rule)
            .put("types", List.of(rule));
    Ocsf ocsf =
        Ocsf.of(Ocsf.Kind.DETECTION_FINDING, 1, severity, at)
            .with("finding_info", info)
            .with("status_id", 1)
            .unmapped("rule", rule)
            .unmapped("records", about);
    for (String key : facts.keys()) {
      facts.find(key).ifPresent(v -> ocsf.unmapped(key, String.valueOf(v)));
    }
    return ocsf;
  }
}
