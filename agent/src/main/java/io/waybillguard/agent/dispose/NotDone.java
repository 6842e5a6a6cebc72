package io.waybillguard.agent.dispose;

import io.waybillguard.agent.event.DisposalEnded.Outcome;

/** It cannot be done, or must not; nothing of it was done. */
final class NotDone extends Exception {
  private static final long serialVersionUID = 1L;

  private final Outcome outcome;

  /**
   * @param detail a word that {@code Summary} has words for, or text
   */
  NotDone(Outcome outcome, String detail) {
    super(detail);
    this.outcome = outcome;
  }

  Outcome outcome() {
    return outcome;
  }

  String detail() {
    return String.valueOf(getMessage());
  }

  static NotDone refused(String detail) {
    return new NotDone(Outcome.REFUSED, detail);
  }

  static NotDone absent(String detail) {
    return new NotDone(Outcome.ABSENT, detail);
  }
}
