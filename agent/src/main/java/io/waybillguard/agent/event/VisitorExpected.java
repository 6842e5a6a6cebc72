package io.waybillguard.agent.event;

import java.time.Instant;

/**
 * Somebody from outside is to be at the desk for a time: what is done to the PC meanwhile weighs
 * more.
 *
 * @param visitor who, in the words of whoever said so; never empty
 * @param from when the time begins, included
 * @param until when it ends, not included; after {@code from}
 * @param by the account of this PC that said so, or "" when it cannot be told
 */
public record VisitorExpected(Instant at, String visitor, Instant from, Instant until, String by)
    implements Observation {

  public VisitorExpected {
    if (!from.isBefore(until)) {
      throw new IllegalArgumentException("a visit from " + from + " until " + until);
    }
  }

  /** Whether a moment lies in that time. */
  public boolean covers(Instant moment) {
    return !moment.isBefore(from) && moment.isBefore(until);
  }

  @Override
  public String type() {
    return "visitor.expected";
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
  public Ocsf ocsf() {
    return Ocsf.of(Ocsf.Kind.DEVICE_CONFIG_STATE_CHANGE, 1, Severity.INFORMATIONAL, at)
        .with("start_time", from.toEpochMilli())
        .with("end_time", until.toEpochMilli())
        .unmapped("visitor", visitor)
        .unmapped("said_by", by);
  }

  static VisitorExpected recalled(Recalled event) {
    return new VisitorExpected(
        event.at(),
        event.unmapped().text("visitor"),
        event.moment("start_time"),
        event.moment("end_time"),
        event.unmapped().text("said_by"));
  }
}
