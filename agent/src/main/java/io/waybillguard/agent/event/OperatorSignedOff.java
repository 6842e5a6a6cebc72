package io.waybillguard.agent.event;

import java.time.Instant;

/**
 * Whoever had the desk left it.
 *
 * @param operator the name that was signed on
 * @param by the account of this PC that said so, or "" when it cannot be told
 * @param how by what it was said
 */
public record OperatorSignedOff(Instant at, String operator, String by, OperatorSignedOn.How how)
    implements Observation {
  @Override
  public String type() {
    return "operator.off";
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
    return OperatorSignedOn.ocsf(2, at, operator, by, how);
  }

  static OperatorSignedOff recalled(Recalled event) {
    return new OperatorSignedOff(
        event.at(),
        event.text("user.name"),
        event.unmapped().text("said_by"),
        OperatorSignedOn.How.of(event.unmapped().text("how")));
  }
}
