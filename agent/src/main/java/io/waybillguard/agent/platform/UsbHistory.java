package io.waybillguard.agent.platform;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What the system remembers of USB devices that were in. One thread. */
public interface UsbHistory {
  /** A system that remembers nothing. */
  UsbHistory NONE = List::of;

  /**
   * The last time that a device was in.
   *
   * @param device as it was; its port is the system's name for it when it is out
   * @param isIn whether it is in now
   * @param first when it was in for the first time; empty when the system does not know
   * @param came when it came last, which a device that stays in does anew at each start of the
   *     system; empty when the system does not know
   * @param left when it left last; empty when it never did, or the system does not know
   */
  record Stay(
      UsbPeripheral device,
      boolean isIn,
      Optional<Instant> first,
      Optional<Instant> came,
      Optional<Instant> left) {}

  /**
   * Every device that the system remembers, once.
   *
   * @throws IOException if it does not tell
   */
  List<Stay> stays() throws IOException;
}
