package io.waybillguard.agent.platform.shared;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** For a port that has nothing to wait for but time: a wait that can be ended early. */
public final class Bell {
  private final Semaphore rung = new Semaphore(0);

  /** Waits for {@code patience}, or until {@link #ring}; an interrupt is kept. */
  public void await(Duration patience) {
    try {
      if (rung.tryAcquire(Math.max(0, patience.toMillis()), TimeUnit.MILLISECONDS)) {
        rung.drainPermits();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ends a waiting {@link #await}, or the next one. Safe from any thread. */
  public void ring() {
    rung.release();
  }
}
