package io.waybillguard.agent.sense.usb;

import io.waybillguard.agent.platform.MountedVolume;
import io.waybillguard.agent.platform.UsbBus;
import io.waybillguard.agent.platform.UsbChange;
import io.waybillguard.agent.platform.UsbPeripheral;
import io.waybillguard.agent.platform.Volumes;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** USB ports and a mount table that a test fills and empties. */
final class PluggedByHand implements UsbBus, Volumes {
  private final List<UsbPeripheral> in = new ArrayList<>();
  private final List<MountedVolume> mounted = new ArrayList<>();
  private final List<MountedVolume> pulled = new ArrayList<>();
  private final List<UsbChange> news = new ArrayList<>();
  private boolean lost;
  private boolean hidden;
  private boolean open;

  void plug(UsbPeripheral device) {
    in.add(device);
    news.add(new UsbChange.Arrived(device));
  }

  void pull(UsbPeripheral device) {
    pull(device, false);
  }

  void pull(UsbPeripheral device, boolean ejected) {
    if (in.remove(device)) {
      news.add(new UsbChange.Left(device, ejected));
    }
  }

  void mount(MountedVolume volume) {
    mounted.add(volume);
    pulled.remove(volume);
    news.add(new UsbChange.VolumesChanged());
  }

  void unmount(MountedVolume volume) {
    mounted.remove(volume);
    news.add(new UsbChange.VolumesChanged());
  }

  /** As Linux does it: no word of the mount table. */
  void pullWhileMounted(UsbPeripheral device, MountedVolume volume) {
    mounted.remove(volume);
    pulled.add(volume);
    pull(device);
  }

  @Override
  public Fate fate(MountedVolume gone) {
    return pulled.contains(gone) ? Fate.PULLED : Fate.RELEASED;
  }

  void loseEvents() {
    lost = true;
    news.clear();
  }

  void hideVolumes(boolean hide) {
    hidden = hide;
  }

  @Override
  public List<UsbPeripheral> open() {
    lost = false;
    open = true;
    news.clear();
    return List.copyOf(in);
  }

  @Override
  public List<UsbChange> await(Duration patience) throws IOException {
    if (!open) {
      throw new IllegalStateException("not open");
    }
    if (lost) {
      throw new IOException("USB events were lost");
    }
    List<UsbChange> told = List.copyOf(news);
    news.clear();
    return told;
  }

  @Override
  public List<MountedVolume> list() throws IOException {
    if (hidden) {
      throw new IOException("the mount table cannot be read");
    }
    return List.copyOf(mounted);
  }

  @Override
  public void wake() {}

  @Override
  public void close() {
    open = false;
  }
}
