package io.waybillguard.agent.event;

import java.time.Instant;

/**
 * A look at everything that starts by itself began.
 *
 * @param sweep its number since the agent started, to tell which end belongs to it
 * @param by {@code schedule}, {@code start} of the agent, or the account that asked for it
 */
public record SweepStarted(Instant at, long sweep, String by) implements Observation {
  @Override
  public String type() {
    return "sweep.start";
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
    return Ocsf.of(Ocsf.Kind.SCAN_ACTIVITY, 1, Severity.INFORMATIONAL, at)
        .with("scan", scan(sweep, by))
        .unmapped("by", by);
  }

  /** OCSF {@code scan}: type 2 is scheduled, 1 is asked for by somebody. */
  static Json.Obj scan(long sweep, String by) {
    boolean asked = !by.equals("schedule") && !by.equals("start");
    return Json.object()
        .put("name", "autostart")
        .put("uid", Long.toString(sweep))
        .put("type_id", asked ? 1 : 2);
  }

  /** Read back from its OCSF event. */
  static SweepStarted recalled(Recalled event) {
    return new SweepStarted(
        event.at(), Long.parseLong(event.text("scan.uid")), event.unmapped().text("by"));
  }
}
