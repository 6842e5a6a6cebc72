package io.waybillguard.agent;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** The wall clock and the monotonic clock of a test: both stand still until moved. Any thread. */
public final class HandClock implements InstantSource {
  private Instant wall;
  private long micros;

  public HandClock(Instant wall) {
    this.wall = wall;
  }

  /** Time passes: both clocks move. */
  public synchronized void pass(Duration time) {
    wall = wall.plus(time);
    micros += time.toNanos() / 1000;
  }

  /** Somebody sets the wall clock. */
  public synchronized void set(Instant newWall) {
    wall = newWall;
  }

  /** The PC starts again: the monotonic clock begins at 0. */
  public synchronized void restart() {
    micros = 0;
  }

  @Override
  public synchronized Instant instant() {
    return wall;
  }

  /** µs since the agent's start. */
  public synchronized long micros() {
    return micros;
  }
}
