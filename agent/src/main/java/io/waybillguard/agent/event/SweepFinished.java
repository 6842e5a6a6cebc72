package io.waybillguard.agent.event;

import java.time.Duration;
import java.time.Instant;

/**
 * A look at everything that starts by itself is over.
 *
 * @param sweep as in {@link SweepStarted}
 * @param by as in {@link SweepStarted}
 * @param files how many files were looked at
 * @param entries how many entries they hold
 * @param detections how many of these differ from what was known before
 * @param lasted from its start; most of it is rest, so as not to be in anybody's way
 * @param unread how many files could not be read
 */
public record SweepFinished(
    Instant at,
    long sweep,
    String by,
    long files,
    long entries,
    long detections,
    Duration lasted,
    long unread)
    implements Observation {
  @Override
  public String type() {
    return "sweep.end";
  }

  @Override
  public Urgency urgency() {
    return Urgency.ROUTINE;
  }

  @Override
  public BodyClass bodyClass() {
    return BodyClass.TECHNICAL;
  }

  @Override
  public Ocsf ocsf() {
    return Ocsf.of(Ocsf.Kind.SCAN_ACTIVITY, 2, Severity.INFORMATIONAL, at)
        .with("scan", SweepStarted.scan(sweep, by))
        .with("num_files", files)
        .with("num_detections", detections)
        .lasting(lasted)
        .unmapped("by", by)
        .unmapped("entries", entries)
        .unmapped("unread", unread);
  }

  /** Read back from its OCSF event. */
  static SweepFinished recalled(Recalled event) {
    Recalled unmapped = event.unmapped();
    return new SweepFinished(
        event.at(),
        Long.parseLong(event.text("scan.uid")),
        unmapped.text("by"),
        event.number("num_files"),
        unmapped.number("entries"),
        event.number("num_detections"),
        event.duration("duration"),
        unmapped.number("unread"));
  }
}
