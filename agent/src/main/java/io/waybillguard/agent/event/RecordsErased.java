package io.waybillguard.agent.event;

import java.time.Instant;
import java.util.List;

/**
 * The content of records was erased here, in the same transaction as this record was written. The
 * records themselves stay, and with them the proof that they were made.
 *
 * @param records whose content went, in order
 * @param part number of the body part that went
 * @param rule by which rule of retention; "" when somebody asked for it
 * @param request by whose request, as HQ names it; "" when a rule asked for it
 */
public record RecordsErased(Instant at, List<Span> records, int part, String rule, String request)
    implements Note {
  /** Most spans in one record: their pairs must fit into a leaf. */
  public static final int MOST_SPANS = 64;

  /** Rule: content that names a person was kept for its time. */
  public static final String PERSONAL = "personal";

  /** Rule: content that names nobody was kept for its time. */
  public static final String TECHNICAL = "technical";

  /** Rule: the log has grown to its limit, and HQ holds these records. */
  public static final String DISK_CAP = "disk_cap";

  public RecordsErased {
    records = List.copyOf(records);
  }

  @Override
  public String type() {
    return "log.erase";
  }

  @Override
  public Json.Obj leaf() {
    return Json.object()
        .put("records", Span.pairs(records))
        .put("part", part)
        .putUnlessEmpty("rule", rule)
        .putUnlessEmpty("request", request);
  }

  @Override
  public Ocsf ocsf() {
    return Ocsf.of(Ocsf.Kind.EVENT_LOG_ACTIVITY, 2, Severity.INFORMATIONAL, at)
        .with("log_name", "evidence")
        .with("count", Span.count(records))
        .with("status_detail", rule)
        .unmapped("records", Span.pairs(records))
        .unmapped("part", part)
        .unmapped("request", request);
  }
}
