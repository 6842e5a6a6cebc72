package io.waybillguard.agent.config;

import java.util.List;

/**
 * One thing that is wrong with a configuration file. The words for it are the reader's business;
 * here is what they are made of.
 *
 * @param file the file, as the person knows it
 * @param line the line, from 1; 0 when no line can be named
 * @param reason what is wrong
 * @param key the whole key, such as {@code report.every}; "" when it is not about one
 * @param found the value found, or the parser's words for a broken file; "" when there is none
 * @param expected what the setting may hold; for {@link Reason#UNKNOWN_KEY} and reasons without a
 *     key it says nothing
 * @param nearest the known key that is spelled most like it; "" when none is near
 * @param siblings when none is near, the keys that the section has
 */
public record Problem(
    String file,
    int line,
    Reason reason,
    String key,
    String found,
    Expected expected,
    String nearest,
    List<String> siblings) {

  public Problem {
    siblings = List.copyOf(siblings);
  }

  /** What can be wrong. */
  public enum Reason {
    /** Not UTF-8. */
    NOT_UTF8,
    /** Not YAML, more than one document, or no mapping at the top. */
    NOT_YAML,
    /** No such setting. */
    UNKNOWN_KEY,
    /** A setting of each PC's own, in a policy. */
    DESKS_OWN,
    /** The same key twice in one section. */
    DUPLICATE_KEY,
    /** A value of another kind. */
    WRONG_TYPE,
    /** A bare number where a unit is needed. */
    MISSING_UNIT,
    /** The right kind, but too small or too large. */
    OUT_OF_RANGE
  }

  /** For operators' logs; a person is told in words. */
  @Override
  public String toString() {
    return file
        + ":"
        + line
        + ": "
        + reason
        + " key="
        + key
        + " found="
        + found
        + (nearest.isEmpty() ? "" : " nearest=" + nearest);
  }
}
