package io.waybillguard.agent.evidence;

import java.util.List;
import java.util.Optional;

/**
 * What a verifier knows from outside the evidence. Without it, evidence can only be checked against
 * itself.
 *
 * @param first the log's first key, from the enrolment record
 * @param witnesses HQ's keys, for head and mirror cosignatures
 */
public record Pins(Optional<VerifierKey> first, List<VerifierKey> witnesses) {
  /** Nothing is known. */
  public static final Pins NONE = new Pins(Optional.empty(), List.of());

  public Pins {
    witnesses = List.copyOf(witnesses);
  }
}
