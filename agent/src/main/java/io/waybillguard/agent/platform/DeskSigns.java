package io.waybillguard.agent.platform;

import java.time.Instant;
import java.util.Optional;

/**
 * What this PC's own keyboard, mouse and screen tell of the person before them. What cannot be told
 * says so in words, and why, and what to do; those are "" when it can.
 *
 * @param user the account that is logged in at the console; "" when none is, or {@code userUnseen}
 * @param userUnseen why it cannot be told who is logged in there
 * @param lastInput when a keyboard or mouse of this PC was used last; empty when none was since
 *     {@code watchedSince}. What comes in by remote control is no input here
 * @param watchedSince from when on any input is sure to be known; empty when none is
 * @param inputUnseen why input cannot be seen
 * @param lock whether the screen is locked
 * @param lockUnseen why that cannot be told
 */
public record DeskSigns(
    String user,
    String userUnseen,
    Optional<Instant> lastInput,
    Optional<Instant> watchedSince,
    String inputUnseen,
    Lock lock,
    String lockUnseen) {

  /** Whether the screen is locked. */
  public enum Lock {
    LOCKED,
    UNLOCKED,
    UNKNOWN
  }
}
