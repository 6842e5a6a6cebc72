package io.waybillguard.hq.fleet;

import io.waybillguard.hq.store.Workstation;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/** How a workstation stands, worst last. */
public enum State {
  /** Heard within three intervals. */
  LIVE,
  /** Not heard for more than three intervals. */
  SILENT,
  /** Not heard for more than a day. */
  DARK,
  /** Its log ended, and goes on as another one. */
  ENDED,
  /** A person took its certificate away. */
  REVOKED,
  /** Holds less than HQ had cosigned: somebody put an older copy of the log back. */
  ROLLED_BACK,
  /** Two machines report with its identity. */
  CLONED,
  /** Has signed two histories. */
  FORKED;

  private static final int PATIENCE = 3;
  private static final Duration DARK_AFTER = Duration.ofDays(1);

  /**
   * How it stands at this moment.
   *
   * @param interval how often it should be heard
   */
  public static State of(Workstation workstation, Duration interval, Instant now) {
    if (workstation.forked().isPresent()) {
      return FORKED;
    }
    if (workstation.cloned().isPresent()) {
      return CLONED;
    }
    if (workstation.rolledBack().isPresent()) {
      return ROLLED_BACK;
    }
    if (workstation.revoked().isPresent()) {
      return REVOKED;
    }
    if (workstation.continuedBy().isPresent()) {
      return ENDED;
    }
    Duration silence = Duration.between(workstation.lastSeen(), now);
    if (silence.compareTo(DARK_AFTER) > 0) {
      return DARK;
    }
    return silence.compareTo(interval.multipliedBy(PATIENCE)) > 0 ? SILENT : LIVE;
  }

  /** The word in JSON: {@code live}, {@code silent}, {@code dark}, … */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
