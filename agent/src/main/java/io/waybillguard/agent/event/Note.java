package io.waybillguard.agent.event;

/**
 * What the agent says about itself and its log: the control types of {@code
 * docs/evidence-format.md}.
 */
public sealed interface Note extends Event
    permits AgentInstalled,
        AgentStarted,
        AgentStopped,
        AgentUpdate,
        ClockJumped,
        CommandEnded,
        CommandReceived,
        DisposalBegun,
        DisposalEnded,
        HoldPlaced,
        HoldReleased,
        HqAct,
        HuntFinished,
        HuntStarted,
        IncidentChanged,
        KeyHandedOver,
        LogRecovered,
        NoticeAnswered,
        NoticeImpossible,
        NoticeShown,
        NoticeUnanswered,
        PolicyChanged,
        RecordsErased,
        RecordsLost,
        RuleSwitchedOff,
        SensorProved,
        SensorSilent,
        StoreFull,
        VisitBegun,
        VisitEnded {
  @Override
  default Urgency urgency() {
    return Urgency.CRITICAL;
  }

  @Override
  default BodyClass bodyClass() {
    return BodyClass.TECHNICAL;
  }
}
