package io.waybillguard.agent.platform;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/**
 * USB devices coming and going, with word of mounts in the same wait, so that one thread sees both
 * in order. Called from one thread, except {@link #wake}.
 */
public interface UsbBus {
  /**
   * Begins to look.
   *
   * @return the devices that are in already, hubs of the machine itself left out
   * @throws IOException if the bus cannot be watched; the message says why and what to do
   */
  List<UsbPeripheral> open() throws IOException;

  /**
   * Waits at most {@code patience} for a change. An empty list means that nothing changed.
   *
   * @throws IOException if the bus can no longer be watched, or the system says that events were
   *     lost; close and open again
   */
  List<UsbChange> await(Duration patience) throws IOException;

  /** Ends a waiting {@link #await} early. Safe from any thread, and when nothing waits. */
  void wake();

  /** Lets go of everything held. May be called twice, and before {@link #open}. */
  void close();
}
