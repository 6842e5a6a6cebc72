package io.waybillguard.agent.event;

import java.time.Instant;
import java.util.List;

/**
 * The PC was looked over when a visit had ended, and this is how it differs from before.
 *
 * @param at when it was looked over
 * @param id as in {@link VisitBegun}
 * @param visitor as in {@link VisitBegun}
 * @param from as in {@link VisitBegun}
 * @param until as in {@link VisitBegun}
 * @param compared whether there is a look from before that it was held against, and why not
 * @param changes at most {@link #MOST_LISTED}
 * @param unlisted how many more there were
 * @param unseen what could not be looked at, before or after, and so is not compared
 */
public record VisitEnded(
    Instant at,
    String id,
    String visitor,
    Instant from,
    Instant until,
    Compared compared,
    List<VisitChange> changes,
    long unlisted,
    List<String> unseen)
    implements Note {

  /** Changes in one record. */
  public static final int MOST_LISTED = 200;

  /** Whether two looks were held against each other. */
  public enum Compared {
    /** They were. */
    YES,
    /** The agent did not run while the visit lasted. */
    NOT_BEFORE,
    /** The list from before is missing, or is not the one whose digest was recorded. */
    LOST,
    /** More visits at once than are looked after. */
    TOO_MANY;

    /** As it stands in the record. */
    public String word() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  public VisitEnded {
    changes = List.copyOf(changes);
    unseen = List.copyOf(unseen);
  }

  @Override
  public String type() {
    return "visit.end";
  }

  @Override
  public BodyClass bodyClass() {
    return BodyClass.CRITICAL;
  }

  /** How many things differ. */
  public long count() {
    return changes.size() + unlisted;
  }

  @Override
  public Json.Obj leaf() {
    return Json.object().put("id", id).put("count", count());
  }

  @Override
  public Ocsf ocsf() {
    boolean calm = compared == Compared.YES && count() == 0 && unseen.isEmpty();
    return Ocsf.of(Ocsf.Kind.SCAN_ACTIVITY, 2, calm ? Severity.INFORMATIONAL : Severity.LOW, at)
        .with("scan", HuntStarted.scan(id, visitor))
        .with("start_time", from.toEpochMilli())
        .with("end_time", until.toEpochMilli())
        .with("num_detections", count())
        .unmapped("compared", compared.word())
        .unmapped("changes", changes.stream().map(VisitChange::json).toList())
        .unmapped("unlisted", unlisted)
        .unmapped("unseen", unseen);
  }
}
