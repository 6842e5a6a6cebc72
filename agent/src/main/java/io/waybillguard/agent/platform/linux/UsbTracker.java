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
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Turns messages of the kernel into devices that arrived and left.
 *
 * <p>{@code add} of a device comes before its interfaces are there; {@code bind} comes after them
 * (kernel 4.14 and later). A device that is never bound, because nobody authorised it or its
 * configuration is broken, is told of with what can be read once {@link #PATIENCE} is over. {@code
 * remove} carries no serial number, so what was read at arrival is remembered by DEVPATH.
 *
 * <p>A HID device is told of when its input devices are there, or after {@link #INPUT_PATIENCE}: a
 * keyboard is one by what it can type, whatever its interface says.
 *
 * <p>Interfaces that come or go later (another configuration) are no event of the device itself.
 * Once they have settled it is read again, and told of as another one if it now says that it is.
 * One that was put out of use (an authorisation taken back) has not left: it is in its port, and
 * what it is was told when it came. Suspend and resume make no events for a device that stayed; the
 * kernel compares descriptors and serial number after the resume, and lets go of one that was
 * swapped.
 */
final class UsbTracker {
  /** How long a device may take from {@code add} to {@code bind}: some need a mode switch first. */
  static final Duration PATIENCE = Duration.ofSeconds(2);

  /** How long after {@code bind} the input devices of a HID device may take. */
  static final Duration INPUT_PATIENCE = Duration.ofMillis(800);

  /** How long after a change of its interfaces a device is read again. */
  static final Duration SETTLING = Duration.ofMillis(300);

  private final SysfsUsb sysfs;
  private final InstantSource clock;
  private final Map<String, UsbPeripheral> present = new HashMap<>();
  private final Map<String, Waiting> waiting = new LinkedHashMap<>();
  private final Set<String> ejected = new HashSet<>();

  /**
   * @param glimpsed what is known of it before its interfaces are there
   */
  private record Waiting(Instant since, Duration patience, UsbPeripheral glimpsed) {}

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
    ejected.clear();
    List<UsbPeripheral> found = new ArrayList<>();
    for (Path folder : sysfs.plugged()) {
      Optional<UsbPeripheral> read = sysfs.read(folder);
      if (read.isPresent()) {
        UsbPeripheral device = read.get();
        if (sysfs.isReady(folder, device)) {
          present.put(sysfs.devpath(folder), device);
          found.add(device);
        } else {
          waiting.put(sysfs.devpath(folder), new Waiting(clock.instant(), PATIENCE, device));
        }
      }
    }
    return found;
  }

  /** What this message means, in order; mostly nothing. */
  List<UsbChange> on(Uevent event) throws IOException {
    Optional<String> repeated = event.repeatedWith();
    if (repeated.isPresent()) {
      // Without a word: udevadm trigger, at each boot.
      return repeated.get().equals("0")
          ? List.of()
          : List.of(new UsbChange.Repeated(repeated.get()));
    }
    if (!event.isUsbDevice()) {
      return below(event);
    }
    if (event.name().startsWith("usb")) {
      return List.of();
    }
    return switch (event.action()) {
      case "add" -> {
        if (!present.containsKey(event.devpath())) {
          waiting.put(event.devpath(), new Waiting(clock.instant(), PATIENCE, glimpsed(event)));
        }
        yield List.of();
      }
      case "bind" -> bound(event.devpath(), glimpsed(event));
      case "remove" -> left(event);
      default -> List.of();
    };
  }

  private List<UsbChange> bound(String devpath, UsbPeripheral glimpsed) throws IOException {
    Path folder = sysfs.folder(devpath);
    Optional<UsbPeripheral> read = sysfs.read(folder);
    if (!present.containsKey(devpath)
        && read.isPresent()
        && !sysfs.inputsAreThere(folder, read.get())) {
      waiting.put(devpath, new Waiting(clock.instant(), INPUT_PATIENCE, read.get()));
      return List.of();
    }
    waiting.remove(devpath);
    return arrived(devpath, glimpsed);
  }

  /** A message about something that a USB device brought: an interface, a disk, an input device. */
  private List<UsbChange> below(Uevent event) throws IOException {
    Optional<String> found = carrier(event.devpath());
    if (found.isEmpty()) {
      return List.of();
    }
    String devpath = found.get();
    if (event.isDisk()) {
      OptionalLong size = sysfs.sectors(event.devpath());
      if (size.isPresent() && size.getAsLong() == 0) {
        ejected.add(devpath);
      } else if (size.isPresent()) {
        ejected.remove(devpath); // another medium, or the same one again
      }
      return List.of();
    }
    Waiting waits = waiting.get(devpath);
    if (event.isInput() && waits != null && waits.patience().equals(INPUT_PATIENCE)) {
      return bound(devpath, waits.glimpsed());
    }
    UsbPeripheral known = present.get(devpath);
    if (event.isInterfaceComingOrGoing() && known != null) {
      waiting.put(devpath, new Waiting(clock.instant(), SETTLING, known));
    }
    return List.of();
  }

  /** The nearest device above that is known. */
  private Optional<String> carrier(String devpath) {
    for (int slash = devpath.lastIndexOf('/'); slash > 0; ) {
      String above = devpath.substring(0, slash);
      if (present.containsKey(above) || waiting.containsKey(above)) {
        return Optional.of(above);
      }
      slash = devpath.lastIndexOf('/', slash - 1);
    }
    return Optional.empty();
  }

  /** Devices whose interfaces or inputs did not come in time, or whose interfaces changed. */
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
    return waited.isNegative() || waited.compareTo(one.patience()) >= 0
        ? Duration.ZERO
        : one.patience().minus(waited);
  }

  private List<UsbChange> arrived(String devpath, UsbPeripheral glimpsed) throws IOException {
    UsbPeripheral device = sysfs.read(sysfs.folder(devpath)).orElse(glimpsed);
    UsbPeripheral before = present.get(devpath);
    if (before != null && isShut(device, before)) {
      return List.of();
    }
    present.put(devpath, device);
    if (before != null && device.identity().equals(before.identity())) {
      return List.of(); // bound again, or plugged in while the first look was under way
    }
    ejected.remove(devpath);
    // Another configuration makes another device of it: a "charger" that becomes a keyboard.
    return before == null
        ? List.of(new UsbChange.Arrived(device))
        : List.of(new UsbChange.Left(before), new UsbChange.Arrived(device));
  }

  /** Whether it is the device that was there, put out of use: such a one shows no interfaces. */
  private static boolean isShut(UsbPeripheral device, UsbPeripheral before) {
    return !device.nature().authorised()
        && device.interfaces().isEmpty()
        && device.vendorId().equals(before.vendorId())
        && device.productId().equals(before.productId())
        && device.serial().equals(before.serial());
  }

  private List<UsbChange> left(Uevent event) {
    Waiting never = waiting.remove(event.devpath());
    UsbPeripheral known = present.remove(event.devpath());
    boolean medium = ejected.remove(event.devpath());
    if (known != null) {
      return List.of(new UsbChange.Left(known, medium));
    }
    if (never == null) {
      return List.of();
    }
    return List.of(new UsbChange.Arrived(never.glimpsed()), new UsbChange.Left(never.glimpsed()));
  }

  /** What the message itself tells: the two ids, and nothing more. */
  private static UsbPeripheral glimpsed(Uevent event) {
    String[] ids = event.properties().getOrDefault("PRODUCT", "").split("/");
    return new UsbPeripheral(
        event.name(),
        fourDigits(ids[0]),
        fourDigits(ids.length > 1 ? ids[1] : ""),
        "",
        "",
        "",
        List.of());
  }

  /** PRODUCT has hex without leading zeros; zeros when it has something else. */
  private static String fourDigits(String hex) {
    return String.format(Locale.ROOT, "%04x", SysfsUsb.number(hex, 16).orElse(0) & 0xffff);
  }
}
