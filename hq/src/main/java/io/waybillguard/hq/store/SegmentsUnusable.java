package io.waybillguard.hq.store;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A place of segments that HQ cannot work with now, for a reason that a person can mend. */
public final class SegmentsUnusable extends IOException {
  private static final long serialVersionUID = 1L;

  /** Why not. In brackets what {@link #values} holds. */
  public enum Reason {
    /** The address is not one of a bucket [the address, without what stands before an @]. */
    BAD_URL,
    /** No endpoint was given, or one that HQ does not take [the endpoint, the same way]. */
    BAD_ENDPOINT,
    /** Nobody said who signs on [the place]. */
    NO_CREDENTIALS,
    /** The file with credentials cannot be used [the file, why]. */
    BAD_CREDENTIALS,
    /** It does not answer, or not with what was asked for [the place, what was answered]. */
    UNREACHABLE,
    /** This HQ's segments lie elsewhere [where they lie, the place that was named]. */
    ELSEWHERE;

    /** The key of its sentence. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private final Reason reason;
  private final List<String> values;

  SegmentsUnusable(@Nullable Throwable cause, Reason reason, String... values) {
    super(reason.word() + " " + List.of(values), cause);
    this.reason = reason;
    this.values = List.of(values);
  }

  SegmentsUnusable(Reason reason, String... values) {
    this(null, reason, values);
  }

  /** Why not. */
  public Reason reason() {
    return reason;
  }

  /** What {@link Reason} says. */
  public List<String> values() {
    return values;
  }
}
