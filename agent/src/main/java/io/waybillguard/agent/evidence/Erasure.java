package io.waybillguard.agent.evidence;

import io.waybillguard.agent.event.Span;
import java.util.List;

/**
 * What became of a request to erase the content of records.
 *
 * @param erased whose content went, just now
 * @param held whose content stays, because they are held for a case
 * @param absent that have no content here: erased before, or never written
 */
public record Erasure(List<Span> erased, List<Span> held, List<Span> absent) {
  public Erasure {
    erased = List.copyOf(erased);
    held = List.copyOf(held);
    absent = List.copyOf(absent);
  }
}
