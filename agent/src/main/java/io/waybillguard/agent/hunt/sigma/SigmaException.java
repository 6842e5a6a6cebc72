package io.waybillguard.agent.hunt.sigma;

import java.util.List;

/** A rule that is not run, and why. The words for it are the reader's business. */
public final class SigmaException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Why not. Each says what its details are. */
  public enum Reason {
    /** No YAML, or not one mapping: what the reader says. */
    NOT_YAML,
    /** A part that every rule has is missing: its key. */
    MISSING,
    /** A part is of another kind than it should be: its key, what it should be. */
    WRONG_KIND,
    /** Another kind of log: what is asked for, the categories that are known. */
    LOGSOURCE,
    /** Another system: what is asked for. */
    PRODUCT,
    /** A modifier that is not known or needs what a desk has not: it. */
    MODIFIER,
    /**
     * A modifier that cannot stand after those before it, or not with this value: it, the value.
     */
    MODIFIER_USE,
    /** No regular expression: it, what is wrong. */
    REGEX,
    /** No network: it. */
    CIDR,
    /** No number: it. */
    NUMBER,
    /** The condition is not understood: where, in its own words. */
    CONDITION,
    /** The condition counts or groups: the part that does. */
    AGGREGATION,
    /** The condition names what the rule does not define: the name. */
    IDENTIFIER,
    /** It can never be found, whatever happens: the fields that no desk records. */
    FIELDS,
    /** Too large or nested too deep: the limit. */
    TOO_LARGE
  }

  private final int line;
  private final Reason reason;
  private final List<String> details;

  SigmaException(int line, Reason reason, String... details) {
    super("line " + line + ": " + reason + " " + String.join("; ", details));
    this.line = line;
    this.reason = reason;
    this.details = List.of(details);
  }

  /** The line, from 1; 0 when none can be named. */
  public int line() {
    return line;
  }

  /** Why it is not run. */
  public Reason reason() {
    return reason;
  }

  /** What the reason is about, as it says. */
  public List<String> details() {
    return details;
  }
}
