package io.waybillguard.agent.memory;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.ref.Reference;

/** A million processes and paths go through something that may keep only some of them. */
public final class Churn {
  private static final int ALL = 1_000_000;

  /** By then each memory is as full as it gets. */
  private static final int FULL = 200_000;

  /** Five bytes for each that came after: whatever keeps them keeps more. */
  private static final long NOISE = 4L << 20;

  private Churn() {}

  /** What comes. */
  @FunctionalInterface
  public interface Step {
    /**
     * @param number of what comes, each once
     */
    void take(int number) throws Exception;
  }

  /** Whether the heap holds after a million what it held after a fifth of them. */
  public static void millionThrough(Object holder, Step each) throws Exception {
    long before;
    long grown;
    try {
      for (int number = 0; number < FULL; number++) {
        each.take(number);
      }
      before = held();
      for (int number = FULL; number < ALL; number++) {
        each.take(number);
      }
      grown = held() - before;
    } finally {
      Reference.reachabilityFence(holder);
    }
    assertTrue(
        grown < NOISE,
        () -> (ALL - FULL) + " more left " + grown + " bytes, of " + before + " held before");
  }

  private static long held() {
    MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
    memory.gc();
    return memory.getHeapMemoryUsage().getUsed();
  }
}
