package io.waybillguard.hq.store;

import java.time.Duration;
import java.util.Locale;

/**
 * How a place keeps what is written from being deleted or changed, by the rules of S3 Object Lock.
 *
 * @param time from the moment of writing; zero with {@link Mode#NONE}
 */
public record Retention(Mode mode, Duration time) {
  /** Nothing is locked. */
  public static final Retention NONE = new Retention(Mode.NONE, Duration.ZERO);

  /** Whom it binds. */
  public enum Mode {
    /** Whoever may write may delete. */
    NONE,
    /** All but those with the right {@code s3:BypassGovernanceRetention}. */
    GOVERNANCE,
    /** Everybody, the bucket's owner too. */
    COMPLIANCE;

    /** In lower case. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
