package io.waybillguard.agent.event;

import java.time.Instant;

/** Something that goes into the evidence log. Immutable; made on any thread. */
public sealed interface Event permits Observation, Finding, Note {

  /** When it happened, by this machine's wall clock. Order comes from the log, never from this. */
  Instant at();

  /**
   * The leaf's {@code type}, such as {@code usb.attach}: a name and a verb, lower case, one dot.
   */
  String type();

  /** Whether it may wait for company before it is committed and reported. */
  Urgency urgency();

  /** Who may see its body and how long it is kept. */
  BodyClass bodyClass();

  /**
   * Small typed values for the leaf itself. The leaf is never erased and goes everywhere, so
   * nothing personal and nothing guessable: counts, epochs, rule ids. Never a path, a name or a
   * waybill number.
   */
  default Json.Obj leaf() {
    return Json.object();
  }

  /** The event in OCSF terms, without the parts that the log adds ({@link Desk}). */
  Ocsf ocsf();
}
