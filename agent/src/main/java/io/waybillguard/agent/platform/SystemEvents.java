package io.waybillguard.agent.platform;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * Passes what the system tells its services on to the ports that wait for it. Without a manager of
 * services behind it nothing comes: who listens must look by itself now and then.
 *
 * <p>Any thread may call.
 */
public final class SystemEvents {
  private final List<Consumer<SystemEvent>> listeners = new CopyOnWriteArrayList<>();

  /**
   * From now on {@code listener} hears of everything. It is called on the thread of the system's
   * manager, which may not be held up: it takes a note, rings a bell and returns.
   *
   * @return ends it; may be run twice
   */
  public Runnable listen(Consumer<SystemEvent> listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  /** Tells everybody. */
  public void tell(SystemEvent event) {
    listeners.forEach(listener -> listener.accept(event));
  }
}
