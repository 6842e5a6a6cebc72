package io.waybillguard.agent.run;

import java.time.Duration;

/**
 * Work done in steps by one thread. A duty owns no thread, so a test calls {@link #step} and never
 * sleeps.
 *
 * <p>All but {@link #wake} are called from one thread at a time.
 */
public interface Duty {
  /**
   * What a step waits at most where nothing happens. Whoever has nothing to do waits that long,
   * since each wait that ends wakes the processor; a watchdog's patience begins after it.
   */
  Duration LONGEST_WAIT = Duration.ofMinutes(1);

  /** Short name; also the thread's name, such as {@code sense-usb}. */
  String name();

  /**
   * Does what there is to do, waiting at most {@link #LONGEST_WAIT} for it.
   *
   * @return how much was done; 0 when there was nothing
   * @throws Exception if it could not; the runner calls {@link #failed} and steps again after a
   *     pause
   */
  int step() throws Exception;

  /**
   * Told after {@link #step} threw, on the same thread.
   *
   * @return how long to pause before the next step, in milliseconds, ≥ 0
   */
  long failed(Exception cause);

  /** Ends a waiting step early. Safe from any thread. */
  default void wake() {}

  /** Last words, on the duty's own thread, after its last step. */
  default void end() throws Exception {}
}
