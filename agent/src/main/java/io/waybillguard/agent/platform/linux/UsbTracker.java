package io.waybillguard.agent.platform.linux;

import io.waybillguard.agent.platform.UsbChange;
import io.waybillguard.agent.platform.UsbPeripheral;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Turns messages of the kernel into devices that arrived and left.
 *
 * <p>{@code add} of a device comes before its interfaces are there; {@code bind} comes after them
 * (kernel 4.14 and later). A device that is never bound, because nobody authorised it or its
 * configuration is broken, is told of with what can be read once {@link #PATIENCE} is over. {@code
 * remove} carries no serial number, so what was read at arrival is remembered by DEVPATH.
 */
final class UsbTracker {
  /** How long a device may take from {@code add} to {@code bind}: some need a mode switch first. */
  static final Duration PATIENCE = Duration.ofSeconds(2);

  private final SysfsUsb sysfs;
  private final InstantSource clock;
  private final Map<String, UsbPeripheral> present = new HashMap<>();
  private final Map<String, Waiting> waiting = new LinkedHashMap<>();

  /**
   * @param glimpsed what is known of it before its interfaces are there
   */
  private record Waiting(Instant since, UsbPeripheral glimpsed) {}

  UsbTracker(SysfsUsb sysfs, InstantSource clock) {
    this.sysfs = sysfs;
    this.clock = clock;
  }

  /**
   * Looks at what is plugged in now. A device that is just being set up is told of later.
   *
   * @return the devices that are ready
   */
  List<UsbPeripheral> start() throws IOException {
    present.clear();
    waiting.clear();
    List<UsbPeripheral> found = new ArrayList<>();
    for (Path folder : sysfs.plugged()) {
      Optional<UsbPeripheral> read = sysfs.read(folder);
      if (read.isPresent()) {
        UsbPeripheral device = read.get();
        if (sysfs.isReady(folder, device)) {
          present.put(sysfs.devpath(folder), device);
          found.add(device);
        } else {
          waiting.put(sysfs.devpath(folder), new Waiting(clock.instant(), device));
        }
      }
    }
    return found;
  }

  /** What this message means, in order; mostly nothing. */
  List<UsbChange> on(Uevent event) throws IOException {
    if (!event.isUsbDevice() || event.name().startsWith("usb")) {
      return List.of();
    }
    return switch (event.action()) {
      case "add" -> {
        if (!present.containsKey(event.devpath())) {
          waiting.put(event.devpath(), new Waiting(clock.instant(), glimpsed(event)));
        }
        yield List.of();
      }
      case "bind" -> {
        waiting.remove(event.devpath());
        yield arrived(event.devpath(), glimpsed(event));
      }
      case "remove" -> left(event);
      default -> List.of();
    };
  }

  /** Devices whose interfaces did not come in time. */
  List<UsbChange> overdue() throws IOException {
    List<UsbChange> changes = new ArrayList<>();
    for (Map.Entry<String, Waiting> one : List.copyOf(waiting.entrySet())) {
      if (left(one.getValue()).isZero()) {
        waiting.remove(one.getKey());
        changes.addAll(arrived(one.getKey(), one.getValue().glimpsed()));
      }
    }
    return changes;
  }

  /** How long until the first waiting device is overdue, if that is less than {@code patience}. */
  Duration patience(Duration patience) {
    return waiting.values().stream()
        .map(this::left)
        .filter(left -> left.compareTo(patience) < 0)
        .min(Duration::compareTo)
        .orElse(patience);
  }

  /** Zero when overdue, and when the clock was set back: then nobody can tell. */
  private Duration left(Waiting one) {
    Duration waited = Duration.between(one.since(), clock.instant());
    return waited.isNegative() || waited.compareTo(PATIENCE) >= 0
        ? Duration.ZERO
        : PATIENCE.minus(waited);
  }

  private List<UsbChange> arrived(String devpath, UsbPeripheral glimpsed) throws IOException {
    UsbPeripheral device = sysfs.read(sysfs.folder(devpath)).orElse(glimpsed);
    UsbPeripheral before = present.put(devpath, device);
    if (device.equals(before)) {
      return List.of(); // bound again, or plugged in while the first look was under way
    }
    // Another configuration makes another device of it: a "charger" that becomes a keyboard.
    return before == null
        ? List.of(new UsbChange.Arrived(device))
        : List.of(new UsbChange.Left(before), new UsbChange.Arrived(device));
  }

  private List<UsbChange> left(Uevent event) {
    Waiting never = waiting.remove(event.devpath());
    UsbPeripheral known = present.remove(event.devpath());
    if (known != null) {
      return List.of(new UsbChange.Left(known));
    }
    if (never == null) {
      return List.of();
    }
    return List.of(new UsbChange.Arrived(never.glimpsed()), new UsbChange.Left(never.glimpsed()));
  }

  /** What the message itself tells: the two ids, and nothing more. */
  private static UsbPeripheral glimpsed(Uevent event) {
    String[] ids = event.properties().getOrDefault("PRODUCT", "0/0/0").split("/");
    return new UsbPeripheral(
        event.name(), fourDigits(ids[0]), fourDigits(ids[1]), "", "", "", List.of());
  }

  /** PRODUCT has hex without leading zeros. */
  private static String fourDigits(String hex) {
    return String.format(Locale.ROOT, "%04x", Integer.parseInt(hex, 16));
  }
}
