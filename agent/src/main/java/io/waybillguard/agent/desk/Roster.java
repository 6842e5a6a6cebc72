package io.waybillguard.agent.desk;

import io.waybillguard.agent.event.Observation;
import io.waybillguard.agent.event.OperatorSignedOff;
import io.waybillguard.agent.event.OperatorSignedOn;
import io.waybillguard.agent.event.OperatorSignedOn.How;
import io.waybillguard.agent.event.VisitorExpected;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Who has the desk by name, and what becomes of what is said. Safe from any thread. */
public final class Roster {
  private String operator;

  /**
   * @param operator who has it, or "" for nobody
   */
  public Roster(String operator) {
    this.operator = operator;
  }

  /** Who has the desk now, or "" for nobody. */
  public synchronized String operator() {
    return operator;
  }

  /**
   * What is to be recorded of something that was said, in this order; nothing when it changes
   * nothing. Whoever had the desk leaves it when another takes it over.
   *
   * @param by the account that said so, or "" when it cannot be told
   */
  public synchronized List<Observation> hear(Saying said, String by, How how, Instant at) {
    List<Observation> seen = new ArrayList<>();
    if (said instanceof Saying.Expect expect) {
      seen.add(new VisitorExpected(at, expect.visitor(), expect.from(), expect.until(), by));
    } else if (said instanceof Saying.SignOn on && !on.operator().equals(operator)) {
      if (!operator.isEmpty()) {
        seen.add(new OperatorSignedOff(at, operator, by, how));
      }
      operator = on.operator();
      seen.add(new OperatorSignedOn(at, operator, by, how));
    } else if (said instanceof Saying.SignOff off
        && !operator.isEmpty()
        && (off.operator().isEmpty() || off.operator().equals(operator))) {
      seen.add(new OperatorSignedOff(at, operator, by, how));
      operator = "";
    }
    return seen;
  }
}
