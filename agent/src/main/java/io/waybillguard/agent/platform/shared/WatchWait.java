package io.waybillguard.agent.platform.shared;

import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A wait for a watch service that another thread can end. One thread waits at a time. */
public final class WatchWait {
  private @Nullable Thread waiter;
  private boolean called;

  /** The next key, within {@code patience}; null when none came, or it was called. */
  public @Nullable WatchKey next(WatchService service, Duration patience) {
    synchronized (this) {
      if (called) {
        called = false;
        return service.poll();
      }
      waiter = Thread.currentThread();
    }
    WatchKey key = null;
    try {
      key = service.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      // wake(): as good as patience ending.
    } finally {
      synchronized (this) {
        waiter = null;
        called = false;
        // An interrupt that came after the wait must not hit whatever this thread does next.
        boolean unused = Thread.interrupted();
      }
    }
    return key;
  }

  /** Ends the wait, or the next one. Safe from any thread. */
  public synchronized void wake() {
    called = true;
    if (waiter != null) {
      waiter.interrupt();
    }
  }
}
