package io.waybillguard.agent.event;

import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * Who is at the desk, as far as this PC can tell. Not being able to know is a state of its own.
 *
 * @param state whether somebody is there
 * @param user the account that sits at the console, or "" when nobody does or it cannot be told
 * @param lastInput when a keyboard or mouse of this PC was last used; empty when that was not seen
 * @param lock whether the screen is locked
 * @param cannotKnow what cannot be told here, and why; "" when all can
 */
public record Presence(
    State state, String user, Optional<Instant> lastInput, Lock lock, String cannotKnow) {

  /** What holds before anything was seen. */
  public static final Presence UNSEEN =
      new Presence(State.UNKNOWN, "", Optional.empty(), Lock.UNKNOWN, "");

  /** Whether somebody is at the desk. */
  public enum State {
    /** The PC's own keyboard or mouse was used a short time ago. */
    ATTENDED,
    /** An account is logged in at the console, and nobody has touched anything for a while. */
    IDLE,
    /** The screen is locked. */
    LOCKED,
    /** No account is logged in at the console, and nobody has touched anything for a while. */
    NOBODY,
    /** It cannot be told. */
    UNKNOWN;

    /** The word in records. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** Whether it is known that nobody works at this desk. */
    public boolean isUnattended() {
      return this == IDLE || this == LOCKED || this == NOBODY;
    }
  }

  /** Whether the screen is locked. */
  public enum Lock {
    LOCKED,
    UNLOCKED,
    UNKNOWN;

    /** The word in records. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Whether anything but the time of the last input, or the words for it, differs. */
  public boolean isOtherThan(Presence before) {
    return state != before.state || lock != before.lock || !user.equals(before.user);
  }
}
