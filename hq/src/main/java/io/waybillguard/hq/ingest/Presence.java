package io.waybillguard.hq.ingest;

import io.waybillguard.agent.evidence.SignedNote;
import io.waybillguard.agent.report.wire.Heartbeat;
import io.waybillguard.agent.report.wire.HeartbeatReply;
import io.waybillguard.agent.report.wire.RemovalAnchor;
import io.waybillguard.hq.store.Clones;
import io.waybillguard.hq.store.Commands;
import io.waybillguard.hq.store.Heartbeats;
import io.waybillguard.hq.store.LogState;
import io.waybillguard.hq.store.Logs;
import io.waybillguard.hq.store.Workstation;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.BiFunction;

/** {@code POST /v1/heartbeat}: who is there, and whether it still holds what HQ has cosigned. */
public final class Presence {
  private final Logs logs;
  private final Heartbeats heartbeats;
  private final Clones clones;
  private final Commands commands;
  private final Duration interval;
  private final BiFunction<String, Instant, List<RemovalAnchor>> removal;
  private final InstantSource clock;

  /**
   * @param interval how often a workstation should be heard, on average
   * @param removal what a log's workstation checks removal codes by, at a moment
   */
  public Presence(
      Logs logs,
      Heartbeats heartbeats,
      Clones clones,
      Commands commands,
      Duration interval,
      BiFunction<String, Instant, List<RemovalAnchor>> removal,
      InstantSource clock) {
    this.logs = logs;
    this.heartbeats = heartbeats;
    this.clones = clones;
    this.commands = commands;
    this.interval = interval;
    this.removal = removal;
    this.clock = clock;
  }

  /**
   * Takes a heartbeat.
   *
   * @param caller id of the log that the client certificate is for
   */
  public HeartbeatReply heard(String caller, Heartbeat beat) throws Rejected {
    LogState log = Witness.state(logs, caller, beat.origin());
    Instant now = clock.instant();
    heartbeats.put(caller, beat, now);
    clones.heard(caller, beat, now);
    if (beat.size() < log.head().size()) {
      heartbeats.rolledBack(caller, beat.size(), log.head().size(), now);
    }
    Workstation who = logs.workstation(caller).orElseThrow();
    return new HeartbeatReply(
        now,
        log.head().size(),
        log.mirror().size(),
        Slot.next(caller, now, interval),
        who.isRestricted() ? List.of() : commands.due(log.workstation(), now),
        isOurs(log, beat) ? "" : log.headNote().map(SignedNote::toString).orElse(""),
        who.isRestricted(),
        removal.apply(who.origin(), now));
  }

  /** Whether the workstation stands where HQ does; else it is told what HQ has cosigned. */
  private static boolean isOurs(LogState log, Heartbeat beat) {
    return log.head().size() == beat.size() && log.head().root().base64().equals(beat.root());
  }
}
