package io.waybillguard.agent.app;

import io.waybillguard.agent.platform.shared.Bell;
import io.waybillguard.agent.run.Duty;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives the desk back the memory that a busy hour took. Java's serial collector shrinks the heap
 * only when it has to look through all of it, which at rest is hours away.
 */
final class IdleMemory implements Duty {
  private static final Logger LOG = LoggerFactory.getLogger(IdleMemory.class);

  /** Half as much again as an agent at rest holds. */
  static final long MUCH = 22L << 20;

  private final Heap heap;
  private final Bell bell = new Bell();

  /** How much was held, and how much was in use, at the last look. */
  private long held;

  private long used;

  /** What a collection left: what is in use by right is not collected again and again. */
  private long kept;

  /** Java's heap. */
  interface Heap {
    /** Bytes that it holds of the machine's memory. */
    long held();

    /** Bytes of these that are in use, or were and nobody has looked. */
    long used();

    /** Collects what nobody uses, and gives back what is free then. */
    void collect();

    /** This process's own. */
    Heap OWN =
        new Heap() {
          @Override
          public long held() {
            return Runtime.getRuntime().totalMemory();
          }

          @Override
          public long used() {
            return held() - Runtime.getRuntime().freeMemory();
          }

          @Override
          public void collect() {
            System.gc();
          }
        };
  }

  IdleMemory(Heap heap) {
    this.heap = heap;
  }

  @Override
  public String name() {
    return "memory";
  }

  /** A look each minute; a collection, some 0.1 s, when the storm is over. */
  @Override
  public int step() {
    bell.await(LONGEST_WAIT);
    return look() ? 1 : 0;
  }

  /**
   * @return whether memory was given back
   */
  boolean look() {
    long before = held;
    long usedBefore = used;
    held = heap.held();
    used = heap.used();
    boolean isAtRest = held == before && Math.abs(used - usedBefore) < MUCH / 16;
    if (held <= Math.max(MUCH, kept) || !isAtRest) {
      return false;
    }
    heap.collect();
    kept = heap.held();
    LOG.debug("heap_bytes={} before={}", kept, held);
    return true;
  }

  @Override
  public long failed(Exception cause) {
    LOG.debug("the heap cannot be looked at: {}", cause.toString());
    return LONGEST_WAIT.toMillis();
  }

  @Override
  public void wake() {
    bell.ring();
  }
}
