package io.waybillguard.agent.app;

import java.util.function.LongSupplier;

/**
 * The monotonic clock, counted from the agent's start in µs. Goes on during suspend on some systems
 * and not on others.
 */
final class Ticker implements LongSupplier {
  private final long start = System.nanoTime();

  @Override
  public long getAsLong() {
    return (System.nanoTime() - start) / 1000;
  }
}
