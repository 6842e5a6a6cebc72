package io.waybillguard.agent.hunt.sigma;

import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One thing that happened, or is so now, in the field names of Sigma's taxonomy.
 *
 * @param values the fields that have a value
 * @param told every field of which it is known whether it has one; holds those of {@code values}
 */
public record Occurrence(Map<String, String> values, Set<String> told) {
  public Occurrence {
    values = Map.copyOf(values);
    if (!told.containsAll(values.keySet())) {
      throw new IllegalArgumentException(values.keySet() + " are not all among " + told);
    }
    told = Set.copyOf(told);
  }

  /** An occurrence that tells just these fields. */
  public static Occurrence of(Map<String, String> values) {
    return new Occurrence(values, values.keySet());
  }

  Optional<String> value(String field) {
    return Optional.ofNullable(values.get(field));
  }

  boolean tells(String field) {
    return told.contains(field);
  }
}
