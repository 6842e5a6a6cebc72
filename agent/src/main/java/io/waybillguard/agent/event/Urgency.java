package io.waybillguard.agent.event;

/** How long an event may wait in memory before it is on disk. */
public enum Urgency {
  /** Committed with its batch, within 50 ms; reported with the next regular report. */
  ROUTINE,
  /** Committed at once and reported at once. */
  CRITICAL
}
