package io.waybillguard.agent.detect;

import io.waybillguard.agent.event.Finding;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.Observation;
import io.waybillguard.agent.event.SensorBack;
import io.waybillguard.agent.event.SensorLive;
import io.waybillguard.agent.event.Severity;
import io.waybillguard.agent.event.UsbAttached;
import io.waybillguard.agent.event.UsbDetached;
import io.waybillguard.agent.event.UsbDevice;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What storage and keyboards have in common: a device that the company has not named came in, also
 * while nobody looked: the PC was off, the agent did not run or its sensor was blind. What was in
 * already when somebody looked last is part of the desk, and not told; at the first start of all
 * that is everything. One that shares its passport with another of the same make is not told apart.
 */
abstract class UnknownUsbDevice implements Detector {
  private static final String SENSOR = "usb";

  private final Set<String> known;

  /** Passports of what is in, as far as it was seen. */
  private final Set<String> in = new HashSet<>();

  /** What was in when somebody looked last. */
  private Set<String> before = Set.of();

  /** Whether nothing can be told of what was in before: the first start of all. */
  private boolean isFirst = true;

  private boolean hasLooked;

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

  /** What was in at the end of the run before, so that what came since is told. */
  @Override
  public final Memory memory() {
    return new Memory(Set.of("usb.attach", "usb.detach", "sensor.live"), Duration.ofDays(90));
  }

  @Override
  public final List<Finding> on(long seq, Observation seen) {
    if (seen instanceof SensorLive live && live.sensor().equals(SENSOR)) {
      before = Set.copyOf(in);
      in.clear();
      isFirst = !hasLooked;
      hasLooked = true;
    } else if (seen instanceof SensorBack back && back.sensor().equals(SENSOR)) {
      before = Set.copyOf(in);
      isFirst = false;
    } else if (seen instanceof UsbDetached detached) {
      in.remove(detached.device().passport());
    } else if (seen instanceof UsbAttached attached) {
      in.add(attached.device().passport());
      return came(seq, attached);
    }
    return List.of();
  }

  private List<Finding> came(long seq, UsbAttached seen) {
    UsbDevice device = seen.device();
    boolean wasIn =
        seen.presentAtStart()
            && seen.came().isEmpty()
            && (isFirst || before.contains(device.passport()));
    if (wasIn || !concerns(device) || known.contains(device.passport())) {
      return List.of();
    }
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
