package io.waybillguard.agent.sense.usb;

import io.waybillguard.agent.event.Observation;
import io.waybillguard.agent.event.Removal;
import io.waybillguard.agent.event.UsbAttached;
import io.waybillguard.agent.event.UsbDetached;
import io.waybillguard.agent.event.UsbDetails;
import io.waybillguard.agent.event.UsbDevice;
import io.waybillguard.agent.event.Volume;
import io.waybillguard.agent.event.VolumeDetails;
import io.waybillguard.agent.event.VolumeMounted;
import io.waybillguard.agent.event.VolumeUnmounted;
import io.waybillguard.agent.platform.MountedVolume;
import io.waybillguard.agent.platform.PathText;
import io.waybillguard.agent.platform.UsbBus;
import io.waybillguard.agent.platform.UsbChange;
import io.waybillguard.agent.platform.UsbHistory;
import io.waybillguard.agent.platform.UsbNature;
import io.waybillguard.agent.platform.UsbPeripheral;
import io.waybillguard.agent.platform.VolumeNature;
import io.waybillguard.agent.platform.Volumes;
import io.waybillguard.agent.sense.Sensor;
import io.waybillguard.agent.sense.Sign;
import io.waybillguard.agent.sense.Watchword;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
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
  private final Watchword watchword;
  private final UsbHistory history;
  private final Optional<Watched> watched;

  /** Whether it looks at the moment. */
  private boolean looked;

  /** Devices by port. */
  private final Map<String, Plugged> plugged = new LinkedHashMap<>();

  /** Volumes on removable media, in the order of mounting. */
  private List<MountedVolume> mounted = List.of();

  /** A device that is in, and what became of its volumes so far. */
  private static final class Plugged {
    private final UsbPeripheral device;
    private final UsbDevice told;
    private final Instant since;
    private Removal volumes = Removal.UNUSED;
    private boolean writable;

    Plugged(UsbPeripheral device, UsbDevice told, Instant since) {
      this.device = device;
      this.told = told;
      this.since = since;
    }
  }

  /**
   * @param clock gives the time of each observation: when this agent was told, which is
   *     milliseconds after it happened
   */
  public UsbSensor(UsbBus usb, Volumes volumes, InstantSource clock) {
    this(usb, volumes, UsbHistory.NONE, Optional.empty(), clock);
  }

  /**
   * One that also tells what the system remembers of the time when nobody watched.
   *
   * @param memory the file that keeps until when this agent watched
   * @param clock as above
   */
  public UsbSensor(
      UsbBus usb, Volumes volumes, UsbHistory history, Path memory, InstantSource clock) {
    this(usb, volumes, history, Optional.of(new Watched(memory)), clock);
  }

  private UsbSensor(
      UsbBus usb,
      Volumes volumes,
      UsbHistory history,
      Optional<Watched> watched,
      InstantSource clock) {
    this.history = history;
    this.watched = watched;
    this.usb = usb;
    this.volumes = volumes;
    this.clock = clock;
    this.watchword = new Watchword(clock);
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
      if (inNow.stream().noneMatch(now -> now.identity().equals(before.device.identity()))) {
        found.add(detached(before.device, Removal.UNSEEN));
      }
    }
    Away away = away();
    found.addAll(away.seen());
    for (UsbPeripheral device : inNow) {
      if (!plugged.containsKey(device.port())) {
        found.add(attached(device, true, away.firstTime(device)));
      }
    }
    found.addAll(change.come());
    looked = true;
    keep(memory -> memory.now(clock.instant()));
    return new Sight(
        !away.unseen().isEmpty(),
        "USB devices and the volumes of removable media"
            + (away.unseen().isEmpty() ? "" : "; not seen: " + away.unseen()),
        found);
  }

  /**
   * What the system remembers of the time when nobody watched.
   *
   * @param seen devices that came and left, or left
   * @param stillIn those that came for the first time and are in
   * @param unseen why it cannot be told, or ""
   */
  private record Away(List<Observation> seen, List<UsbHistory.Stay> stillIn, String unseen) {
    Optional<Instant> firstTime(UsbPeripheral device) {
      return stillIn.stream()
          .filter(stay -> stay.device().identity().equals(device.identity()))
          .findFirst()
          .flatMap(UsbHistory.Stay::first);
    }
  }

  private Away away() {
    if (watched.isEmpty()) {
      return new Away(List.of(), List.of(), "");
    }
    try {
      Optional<Instant> since = watched.get().until();
      return since.isEmpty()
          ? new Away(List.of(), List.of(), "")
          : away(history.stays(), since.get());
    } catch (IOException e) {
      LOG.warn("what came while nobody watched is not known", e);
      return new Away(
          List.of(), List.of(), "what came while nobody watched (" + e.getMessage() + ")");
    }
  }

  private Away away(List<UsbHistory.Stay> stays, Instant since) {
    Instant now = clock.instant();
    List<Observation> seen = new ArrayList<>();
    List<UsbHistory.Stay> stillIn = new ArrayList<>();
    for (UsbHistory.Stay stay : stays) {
      boolean isKnown =
          plugged.values().stream()
              .anyMatch(one -> one.device.identity().equals(stay.device().identity()));
      if (isKnown) {
        continue;
      }
      UsbDevice device = described(stay.device(), false);
      if (stay.isIn()) {
        stay.first().filter(first -> first.isAfter(since)).ifPresent(first -> stillIn.add(stay));
        continue;
      }
      Optional<Instant> came = stay.came().filter(when -> when.isAfter(since));
      if (came.isPresent()) {
        seen.add(new UsbAttached(now, device, false, came));
      }
      if (came.isPresent() || stay.left().filter(when -> when.isAfter(since)).isPresent()) {
        seen.add(new UsbDetached(now, device, lasted(stay), Removal.UNSEEN, false));
      }
    }
    return new Away(seen, stillIn, "");
  }

  private static Duration lasted(UsbHistory.Stay stay) {
    return stay.came()
        .flatMap(came -> stay.left().map(left -> Duration.between(came, left)))
        .filter(lasted -> !lasted.isNegative())
        .orElse(Duration.ZERO);
  }

  private interface Keeping {
    void in(Watched memory) throws IOException;
  }

  /** What comes after this moment while nobody watches is told by the next start. */
  private void keep(Keeping until) {
    if (watched.isPresent()) {
      try {
        until.in(watched.get());
      } catch (IOException e) {
        LOG.warn("until when USB devices were watched is not kept: {}", e.getMessage());
      }
    }
  }

  @Override
  public List<Observation> sense(Duration patience) throws IOException {
    List<UsbChange> changes = new ArrayList<>();
    for (UsbChange change : usb.await(patience)) {
      if (change instanceof UsbChange.Repeated repeated) {
        boolean unused = watchword.isIt(repeated.word());
      } else {
        changes.add(change);
      }
    }
    keep(memory -> memory.now(clock.instant()));
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
        seen.add(attached(arrived.device(), false, Optional.empty()));
      } else if (change instanceof UsbChange.Left left) {
        seen.add(detached(left.device(), left.ejected() ? Removal.EJECTED : Removal.RELEASED));
      }
    }
    seen.addAll(volumeChange.come());
    return seen;
  }

  private Observation attached(
      UsbPeripheral device, boolean presentAtStart, Optional<Instant> came) {
    Instant now = clock.instant();
    UsbDevice told = described(device, isRepeated(device));
    plugged.put(device.port(), new Plugged(device, told, now));
    for (MountedVolume volume : mounted) {
      mountedOn(volume);
    }
    return new UsbAttached(now, told, presentAtStart, came);
  }

  /** Whether another one that says to be the same thing is in. */
  private boolean isRepeated(UsbPeripheral device) {
    return !device.serial().isEmpty()
        && plugged.values().stream()
            .map(other -> other.device)
            .anyMatch(
                other ->
                    !other.port().equals(device.port())
                        && other.vendorId().equals(device.vendorId())
                        && other.productId().equals(device.productId())
                        && other.serial().equals(device.serial()));
  }

  /**
   * @param atBest how it left if all that was mounted of it had been unmounted before
   */
  private Observation detached(UsbPeripheral device, Removal atBest) {
    Instant now = clock.instant();
    Plugged known = plugged.remove(device.port());
    if (known == null) {
      return new UsbDetached(now, described(device, false), Duration.ZERO);
    }
    Duration connected = Duration.between(known.since, now);
    if (connected.isNegative()) {
      LOG.warn("port={} was left before it was entered: the clock was set back", device.port());
      connected = Duration.ZERO;
    }
    boolean safe = atBest == Removal.UNSEEN || known.volumes == Removal.RELEASED;
    return new UsbDetached(
        now, known.told, connected, safe ? atBest : known.volumes, known.writable);
  }

  private record VolumeChange(List<Observation> gone, List<Observation> come) {}

  private VolumeChange volumesNow() throws IOException {
    List<MountedVolume> now =
        volumes.list().stream().filter(MountedVolume::removable).distinct().toList();
    Instant at = clock.instant();
    List<Observation> gone = new ArrayList<>();
    List<Observation> come = new ArrayList<>();
    for (MountedVolume volume : mounted) {
      if (!contains(now, volume)) {
        gone.add(new VolumeUnmounted(at, described(volume), left(volume)));
      }
    }
    for (MountedVolume volume : now) {
      if (!contains(mounted, volume)) {
        mountedOn(volume);
        come.add(new VolumeMounted(at, described(volume)));
      }
    }
    mounted = now;
    return new VolumeChange(gone, come);
  }

  private void mountedOn(MountedVolume volume) {
    Plugged carrier = carrier(volume);
    if (carrier != null && carrier.volumes == Removal.UNUSED) {
      carrier.volumes = Removal.RELEASED; // unless it is pulled
    }
  }

  /** How a volume left, which is how the device that carried it leaves if nothing is worse. */
  private Removal left(MountedVolume volume) throws IOException {
    Removal how =
        switch (volumes.fate(volume)) {
          case RELEASED -> Removal.RELEASED;
          case PULLED -> Removal.PULLED;
          case UNCLEAR -> Removal.UNCLEAR;
        };
    Plugged carrier = carrier(volume);
    if (carrier != null) {
      if (how == Removal.PULLED || carrier.volumes != Removal.PULLED) {
        carrier.volumes = how;
      }
      carrier.writable |= how != Removal.RELEASED && !volume.nature().readOnly();
    }
    return how;
  }

  private @Nullable Plugged carrier(MountedVolume volume) {
    UsbPeripheral carrier = volume.carrier();
    Plugged found = carrier == null ? null : plugged.get(carrier.port());
    return found != null && carrier != null && found.device.identity().equals(carrier.identity())
        ? found
        : null;
  }

  /** The same medium at the same place; its label may be changed while it is mounted. */
  private static boolean contains(List<MountedVolume> volumes, MountedVolume one) {
    return volumes.stream()
        .anyMatch(
            v ->
                v.mountPoint().equals(one.mountPoint())
                    && v.source().equals(one.source())
                    && v.passport().equals(one.passport()));
  }

  private static UsbDevice described(UsbPeripheral device, boolean repeatedSerial) {
    UsbNature nature = device.nature();
    return new UsbDevice(
        device.port(),
        device.vendorId(),
        device.productId(),
        device.serial(),
        device.manufacturer(),
        device.product(),
        device.interfaces(),
        device.passport(),
        new UsbDetails(
            nature.controller(),
            nature.hubs(),
            nature.speed(),
            nature.fixed(),
            nature.authorised(),
            nature.interfaceNames(),
            nature.otherInterfaces(),
            nature.inputs().stream()
                .map(input -> new UsbDetails.Input(input.name(), input.types(), input.points()))
                .toList(),
            nature.malformed(),
            repeatedSerial));
  }

  private static Volume described(MountedVolume volume) {
    VolumeNature nature = volume.nature();
    return new Volume(
        PathText.of(volume.mountPoint()),
        volume.source(),
        volume.fileSystem(),
        volume.label(),
        volume.serial(),
        volume.removable(),
        volume.passport(),
        new VolumeDetails(
            nature.bytes(),
            nature.partition(),
            nature.readOnly(),
            nature.options(),
            nature.encryption(),
            nature.image(),
            nature.folder()));
  }

  @Override
  public boolean expect(Sign sign) {
    watchword.expect(sign);
    return true;
  }

  @Override
  public void wake() {
    usb.wake();
  }

  @Override
  public void close() {
    usb.close();
    if (looked) {
      looked = false;
      keep(memory -> memory.end(clock.instant()));
    }
  }
}
