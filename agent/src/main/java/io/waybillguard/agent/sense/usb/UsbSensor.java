package io.waybillguard.agent.sense.usb;

import io.waybillguard.agent.event.Observation;
import io.waybillguard.agent.event.UsbAttached;
import io.waybillguard.agent.event.UsbDetached;
import io.waybillguard.agent.event.UsbDevice;
import io.waybillguard.agent.event.Volume;
import io.waybillguard.agent.event.VolumeMounted;
import io.waybillguard.agent.event.VolumeUnmounted;
import io.waybillguard.agent.platform.MountedVolume;
import io.waybillguard.agent.platform.PathText;
import io.waybillguard.agent.platform.UsbBus;
import io.waybillguard.agent.platform.UsbChange;
import io.waybillguard.agent.platform.UsbPeripheral;
import io.waybillguard.agent.platform.Volumes;
import io.waybillguard.agent.sense.Sensor;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * USB devices that come and go, and the volumes of removable media.
 *
 * <p>What it knows outlives {@link #close}, so that after a blind time {@link #open} tells what
 * came and went meanwhile, and tells nothing twice.
 */
public final class UsbSensor implements Sensor {
  private static final Logger LOG = LoggerFactory.getLogger(UsbSensor.class);

  private final UsbBus usb;
  private final Volumes volumes;
  private final InstantSource clock;

  /** Devices by port. */
  private final Map<String, Plugged> plugged = new LinkedHashMap<>();

  /** Volumes on removable media, in the order of mounting. */
  private List<Volume> mounted = List.of();

  private record Plugged(UsbPeripheral device, Instant since) {}

  /**
   * @param clock gives the time of each observation: when this agent was told, which is
   *     milliseconds after it happened
   */
  public UsbSensor(UsbBus usb, Volumes volumes, InstantSource clock) {
    this.usb = usb;
    this.volumes = volumes;
    this.clock = clock;
  }

  @Override
  public String name() {
    return "usb";
  }

  @Override
  public Sight open() throws IOException {
    List<UsbPeripheral> inNow = usb.open();
    List<Observation> found = new ArrayList<>();
    VolumeChange change = volumesNow();
    found.addAll(change.gone());
    for (Plugged before : List.copyOf(plugged.values())) {
      if (!inNow.contains(before.device())) {
        found.add(detached(before.device()));
      }
    }
    for (UsbPeripheral device : inNow) {
      if (!plugged.containsKey(device.port())) {
        found.add(attached(device, true));
      }
    }
    found.addAll(change.come());
    return new Sight(false, "USB devices and the volumes of removable media", found);
  }

  @Override
  public List<Observation> sense(Duration patience) throws IOException {
    List<UsbChange> changes = usb.await(patience);
    if (changes.isEmpty()) {
      return List.of();
    }
    // A volume goes before its device does and comes after it. The two are told by different parts
    // of the kernel; this order is the only one that can have happened. A pulled medium changes no
    // mount table, so the volumes are looked at on every change.
    VolumeChange volumeChange = volumesNow();
    List<Observation> seen = new ArrayList<>(volumeChange.gone());
    for (UsbChange change : changes) {
      if (change instanceof UsbChange.Arrived arrived) {
        seen.add(attached(arrived.device(), false));
      } else if (change instanceof UsbChange.Left left) {
        seen.add(detached(left.device()));
      }
    }
    seen.addAll(volumeChange.come());
    return seen;
  }

  private Observation attached(UsbPeripheral device, boolean presentAtStart) {
    Instant now = clock.instant();
    plugged.put(device.port(), new Plugged(device, now));
    return new UsbAttached(now, described(device), presentAtStart);
  }

  private Observation detached(UsbPeripheral device) {
    Instant now = clock.instant();
    Plugged known = plugged.remove(device.port());
    Duration connected = known == null ? Duration.ZERO : Duration.between(known.since(), now);
    if (connected.isNegative()) {
      LOG.warn("port={} was left before it was entered: the clock was set back", device.port());
      connected = Duration.ZERO;
    }
    return new UsbDetached(now, described(device), connected);
  }

  private record VolumeChange(List<Observation> gone, List<Observation> come) {}

  private VolumeChange volumesNow() throws IOException {
    List<Volume> now =
        volumes.list().stream()
            .filter(MountedVolume::removable)
            .map(UsbSensor::described)
            .distinct()
            .toList();
    Instant at = clock.instant();
    List<Observation> gone = new ArrayList<>();
    List<Observation> come = new ArrayList<>();
    mounted.stream()
        .filter(volume -> !contains(now, volume))
        .forEach(volume -> gone.add(new VolumeUnmounted(at, volume)));
    now.stream()
        .filter(volume -> !contains(mounted, volume))
        .forEach(volume -> come.add(new VolumeMounted(at, volume)));
    mounted = now;
    return new VolumeChange(gone, come);
  }

  /** The same medium at the same place; its label may be changed while it is mounted. */
  private static boolean contains(List<Volume> volumes, Volume one) {
    return volumes.stream()
        .anyMatch(
            v ->
                v.mountPoint().equals(one.mountPoint())
                    && v.source().equals(one.source())
                    && v.passport().equals(one.passport()));
  }

  private static UsbDevice described(UsbPeripheral device) {
    return new UsbDevice(
        device.port(),
        device.vendorId(),
        device.productId(),
        device.serial(),
        device.manufacturer(),
        device.product(),
        device.interfaces(),
        device.passport());
  }

  private static Volume described(MountedVolume volume) {
    return new Volume(
        PathText.of(volume.mountPoint()),
        volume.source(),
        volume.fileSystem(),
        volume.label(),
        volume.serial(),
        volume.removable(),
        volume.passport());
  }

  @Override
  public void wake() {
    usb.wake();
  }

  @Override
  public void close() {
    usb.close();
  }
}
