package io.waybillguard.agent.platform;

import java.time.Instant;

/** Something that the system tells its services. */
public sealed interface SystemEvent {
  /** A device came, went, or changed; look which. */
  record DevicesChanged() implements SystemEvent {}

  /** What became of a session of a person. */
  enum SessionChange {
    CONSOLE_CONNECT,
    CONSOLE_DISCONNECT,
    REMOTE_CONNECT,
    REMOTE_DISCONNECT,
    LOGON,
    LOGOFF,
    LOCK,
    UNLOCK,
    /** Somebody began or ended to look into it. */
    SHADOW,
    /** The system tells of something that this version does not know. */
    OTHER
  }

  /**
   * A session changed.
   *
   * @param session its number
   */
  record SessionChanged(SessionChange change, long session) implements SystemEvent {}

  /** The machine is about to sleep. */
  record Suspending() implements SystemEvent {}

  /** The machine has slept and goes on; what was known may be old. */
  record Resumed() implements SystemEvent {}

  /** Somebody set the clock. */
  record TimeSet(Instant from, Instant to) implements SystemEvent {}
}
