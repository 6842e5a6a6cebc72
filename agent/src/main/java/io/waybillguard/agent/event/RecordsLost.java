package io.waybillguard.agent.event;

import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;

/**
 * Observations that were made but could not be written, with true counts.
 *
 * @param from when the first was lost
 * @param until when the last was lost
 * @param counts how many of each type
 * @param cause why: {@code inbox full}, {@code disk full}
 */
public record RecordsLost(
    Instant at, Instant from, Instant until, Map<String, Long> counts, String cause)
    implements Note {

  public RecordsLost {
    counts = Map.copyOf(counts);
  }

  /** All of them together. */
  public long total() {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }

  @Override
  public String type() {
    return "log.gap";
  }

  @Override
  public Json.Obj leaf() {
    Json.Obj lost = Json.object();
    new TreeMap<>(counts).forEach(lost::put);
    return Json.object().put("lost", lost).put("total", total());
  }

  @Override
  public Ocsf ocsf() {
    Ocsf ocsf =
        Ocsf.of(Ocsf.Kind.EVENT_LOG_ACTIVITY, 99, Severity.HIGH, at)
            .with("activity_name", "Gap")
            .with("log_name", "evidence")
            .with("count", total())
            .with("start_time", from.toEpochMilli())
            .with("end_time", until.toEpochMilli())
            .with("status_detail", cause);
    new TreeMap<>(counts).forEach((type, n) -> ocsf.unmapped("lost_" + type.replace('.', '_'), n));
    return ocsf;
  }
}
