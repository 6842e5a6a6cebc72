package io.waybillguard.agent.detect;

import io.waybillguard.agent.event.Finding;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.Observation;
import io.waybillguard.agent.event.Severity;
import io.waybillguard.agent.event.UsbAttached;
import io.waybillguard.agent.event.UsbDevice;
import java.util.List;
import java.util.Set;

/**
 * What storage and keyboards have in common: a device that the company has not named came in. What
 * was in already when watching began is part of the desk, and not told.
 */
abstract class UnknownUsbDevice implements Detector {
  private final Set<String> known;

  /**
   * @param known passports of the company's own devices
   */
  UnknownUsbDevice(List<String> known) {
    this.known = Set.copyOf(known);
  }

  /** Whether it is of the kind that this rule is about. */
  abstract boolean concerns(UsbDevice device);

  /** What an unknown one alone weighs. */
  abstract Severity severity(UsbDevice device);

  @Override
  public final List<Finding> on(long seq, Observation seen) {
    if (!(seen instanceof UsbAttached attached)
        || (attached.presentAtStart() && attached.came().isEmpty())
        || !concerns(attached.device())
        || known.contains(attached.device().passport())) {
      return List.of();
    }
    UsbDevice device = attached.device();
    Json.Obj facts =
        Json.object()
            .put("path", device.name())
            .putUnlessEmpty("device", device.passport())
            .putUnlessEmpty("serial_end", end(device.serial()))
            .put("port", device.port());
    return List.of(new Finding(seen.at(), rule(), severity(device), List.of(seq), facts));
  }

  /** Enough of a serial number to tell two devices apart. */
  private static String end(String serial) {
    return serial.substring(Math.max(0, serial.length() - 4));
  }
}
