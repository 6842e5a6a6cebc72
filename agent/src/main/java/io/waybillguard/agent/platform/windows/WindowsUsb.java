package io.waybillguard.agent.platform.windows;

import io.waybillguard.agent.platform.SystemEvent;
import io.waybillguard.agent.platform.SystemEvents;
import io.waybillguard.agent.platform.UsbBus;
import io.waybillguard.agent.platform.UsbChange;
import io.waybillguard.agent.platform.UsbPeripheral;
import io.waybillguard.agent.platform.shared.Bell;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * USB by what the system's tree of devices holds, looked at every second and at once when the
 * manager of services says that a device changed. The word is only a bell: what came is read from
 * the tree, so none is missed when it does not ring, as in a console or under Wine.
 *
 * <p>Limit: a device that is in for less than a second between two looks may not be seen when no
 * bell rings. Needs no right.
 */
public final class WindowsUsb implements UsbBus {
  private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

  private static final Duration SETTLES_WITHIN = Duration.ofMillis(250);

  /** A device that never comes to rest is told as it is. */
  private static final int MOST_LOOKS = 8;

  private final SetupDevices devices;
  private final WindowsVolumes volumes;
  private final SystemEvents events;
  private final Bell bell = new Bell();
  private Runnable deaf = () -> {};
  private @Nullable Seen seen;

  /** What was there at the last look. */
  private record Seen(List<String> ids, List<UsbPeripheral> devices, List<String> drives) {}

  /**
   * @param events rings when the system tells of devices
   */
  public WindowsUsb(SystemEvents events) {
    this(Libraries.HERE, events);
  }

  WindowsUsb(Libraries libraries, SystemEvents events) {
    devices = new SetupDevices(libraries);
    volumes = new WindowsVolumes(libraries);
    this.events = events;
  }

  @Override
  public List<UsbPeripheral> open() throws IOException {
    close();
    // Listens before it looks, so that nothing falls in between.
    deaf =
        events.listen(
            event -> {
              if (event instanceof SystemEvent.DevicesChanged
                  || event instanceof SystemEvent.Resumed) {
                bell.ring();
              }
            });
    boolean done = false;
    try {
      List<String> ids = devices.usbIds();
      Seen first = new Seen(ids, new UsbTree(devices.present()).devices(), volumes.marks());
      seen = first;
      done = true;
      return first.devices();
    } finally {
      if (!done) {
        close();
      }
    }
  }

  @Override
  public List<UsbChange> await(Duration patience) throws IOException {
    Seen before = seen;
    if (before == null) {
      throw new IllegalStateException("the USB bus is not open; call open() first");
    }
    bell.await(patience.compareTo(LOOK_EVERY) < 0 ? patience : LOOK_EVERY);
    List<String> ids = settled(before.ids());
    List<String> drives = volumes.marks();
    List<UsbChange> changes = new ArrayList<>();
    List<UsbPeripheral> there = before.devices();
    if (!ids.equals(before.ids())) {
      there = new UsbTree(devices.present()).devices();
      changes.addAll(between(before.devices(), there));
    }
    if (!drives.equals(before.drives())) {
      changes.add(new UsbChange.VolumesChanged());
    }
    seen = new Seen(ids, there, drives);
    return changes;
  }

  /**
   * A device of many functions comes one by one: when something changed, waits until nothing does
   * any more, so that it is told once and whole.
   */
  private List<String> settled(List<String> before) throws IOException {
    List<String> now = devices.usbIds();
    List<String> last = before;
    for (int i = 0; i < MOST_LOOKS && !now.equals(last); i++) {
      bell.await(SETTLES_WITHIN);
      last = now;
      now = devices.usbIds();
    }
    return now;
  }

  /** What came and went, departures first: one may have left a port for another. Pure. */
  static List<UsbChange> between(List<UsbPeripheral> before, List<UsbPeripheral> now) {
    List<UsbChange> changes = new ArrayList<>();
    for (UsbPeripheral device : before) {
      if (now.stream().noneMatch(other -> other.identity().equals(device.identity()))) {
        changes.add(new UsbChange.Left(device));
      }
    }
    for (UsbPeripheral device : now) {
      if (before.stream().noneMatch(other -> other.identity().equals(device.identity()))) {
        changes.add(new UsbChange.Arrived(device));
      }
    }
    return changes;
  }

  @Override
  public void wake() {
    bell.ring();
  }

  @Override
  public void close() {
    deaf.run();
    deaf = () -> {};
    seen = null;
  }
}
