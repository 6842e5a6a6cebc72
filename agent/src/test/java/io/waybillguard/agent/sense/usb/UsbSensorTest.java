package io.waybillguard.agent.sense.usb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.event.Observation;
import io.waybillguard.agent.event.Removal;
import io.waybillguard.agent.event.UsbAttached;
import io.waybillguard.agent.event.UsbDetached;
import io.waybillguard.agent.event.UsbDevice;
import io.waybillguard.agent.event.UsbSerial;
import io.waybillguard.agent.event.VolumeMounted;
import io.waybillguard.agent.event.VolumeUnmounted;
import io.waybillguard.agent.platform.MountedVolume;
import io.waybillguard.agent.platform.UsbBus;
import io.waybillguard.agent.platform.UsbBusContract;
import io.waybillguard.agent.platform.UsbHistory;
import io.waybillguard.agent.platform.UsbInput;
import io.waybillguard.agent.platform.UsbNature;
import io.waybillguard.agent.platform.UsbPeripheral;
import io.waybillguard.agent.platform.VolumeNature;
import io.waybillguard.agent.sense.Sensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class UsbSensorTest implements UsbBusContract {
  private static final Instant NOON = Instant.parse("2026-06-12T04:31:00Z");
  private static final UsbPeripheral STICK =
      new UsbPeripheral(
          "2-1", "0781", "5567", "4C530001", "SanDisk", "Cruzer", List.of("08/06/50"));
  private static final UsbPeripheral KEYBOARD =
      new UsbPeripheral("1-4", "0627", "0001", "", "", "", List.of("03/01/01"));
  private static final MountedVolume ON_STICK =
      new MountedVolume(
          Path.of("/media/desk/STICK"), "/dev/sda1", "vfat", "STICK", "C807-0D80", true, STICK);
  private static final MountedVolume SYSTEM =
      new MountedVolume(Path.of("/"), "/dev/vda", "ext4", "", "fed2", false, null);

  private final PluggedByHand ports = new PluggedByHand();
  private Instant now = NOON;
  private final UsbSensor sensor = new UsbSensor(ports, ports, () -> now);

  /** The ports of this test keep the contract that the real ones are held to. */
  @Override
  public UsbBus usb() {
    return ports;
  }

  @Test
  void aStickIsSeenFromThePlugToThePull() throws IOException {
    sensor.open();
    ports.plug(STICK);
    ports.mount(SYSTEM);
    ports.mount(ON_STICK);
    List<Observation> in = sensor.sense(Duration.ZERO);
    now = NOON.plusSeconds(95);
    ports.unmount(ON_STICK);
    ports.pull(STICK);
    List<Observation> out = sensor.sense(Duration.ZERO);

    assertEquals(List.of("usb.attach", "volume.mount"), types(in));
    UsbAttached attached = (UsbAttached) in.get(0);
    assertEquals("4C530001", attached.device().serial());
    assertEquals(STICK.passport(), attached.device().passport());
    assertFalse(attached.presentAtStart());
    VolumeMounted mounted = (VolumeMounted) in.get(1);
    assertEquals("/media/desk/STICK", mounted.volume().mountPoint());
    assertEquals(STICK.passport(), mounted.volume().passport());

    assertEquals(List.of("volume.unmount", "usb.detach"), types(out));
    assertEquals(mounted.volume(), ((VolumeUnmounted) out.get(0)).volume());
    UsbDetached detached = (UsbDetached) out.get(1);
    assertEquals(attached.device(), detached.device());
    assertEquals(Duration.ofSeconds(95), detached.connected());
  }

  @Test
  void aStickPulledWhileMountedLosesItsVolumeFirst() throws IOException {
    sensor.open();
    ports.plug(STICK);
    ports.mount(ON_STICK);
    sensor.sense(Duration.ZERO);
    ports.pullWhileMounted(STICK, ON_STICK);
    assertEquals(List.of("volume.unmount", "usb.detach"), types(sensor.sense(Duration.ZERO)));
  }

  @Test
  void whatIsInAtStartIsFoundAndMarkedSo() throws IOException {
    ports.plug(STICK);
    ports.mount(ON_STICK);
    List<Observation> found = sensor.open().found();
    assertEquals(List.of("usb.attach", "volume.mount"), types(found));
    assertTrue(((UsbAttached) found.get(0)).presentAtStart());
  }

  @Test
  void afterABlindTimeOnlyWhatCameAndWentIsTold() throws IOException {
    ports.plug(STICK);
    ports.plug(KEYBOARD);
    ports.mount(ON_STICK);
    sensor.open();
    sensor.close();
    ports.unmount(ON_STICK);
    ports.pull(STICK);
    UsbPeripheral another =
        new UsbPeripheral("2-1", "0781", "5567", "OTHER", "SanDisk", "Cruzer", List.of("08/06/50"));
    ports.plug(another);
    List<Observation> found = sensor.open().found();
    assertEquals(List.of("volume.unmount", "usb.detach", "usb.attach"), types(found));
    assertEquals("4C530001", ((UsbDetached) found.get(1)).device().serial());
    assertEquals("OTHER", ((UsbAttached) found.get(2)).device().serial());
  }

  @Test
  void anotherStickAtTheSamePlaceIsAnotherVolume() throws IOException {
    ports.plug(STICK);
    ports.mount(ON_STICK);
    sensor.open();
    UsbPeripheral other =
        new UsbPeripheral("2-3", "0781", "5567", "OTHER", "SanDisk", "Cruzer", List.of("08/06/50"));
    ports.unmount(ON_STICK);
    ports.pull(STICK);
    ports.plug(other);
    ports.mount(
        new MountedVolume(
            ON_STICK.mountPoint(), "/dev/sda1", "vfat", "STICK", "0001-0002", true, other));
    assertEquals(
        List.of("volume.unmount", "usb.detach", "usb.attach", "volume.mount"),
        types(sensor.sense(Duration.ZERO)));
  }

  @Test
  void lostEventsAreThrownAndTheNextLookMakesUpForThem() throws IOException {
    sensor.open();
    ports.plug(STICK);
    ports.loseEvents();
    IOException lost = assertThrows(IOException.class, () -> sensor.sense(Duration.ZERO));
    assertTrue(lost.toString().contains("lost"), lost::toString);
    sensor.close();
    assertEquals(List.of("usb.attach"), types(sensor.open().found()));
  }

  @Test
  void aVolumeTableThatCannotBeReadLosesNoDevice() throws IOException {
    sensor.open();
    ports.plug(STICK);
    ports.hideVolumes(true);
    assertThrows(IOException.class, () -> sensor.sense(Duration.ZERO));
    ports.hideVolumes(false);
    sensor.close();
    assertEquals(List.of("usb.attach"), types(sensor.open().found()));
  }

  @Test
  void aStickThatWasUnmountedFirstIsReleasedAndOneThatWasPulledIsSaidToBe() throws IOException {
    sensor.open();
    assertEquals(Removal.RELEASED, leaves(false, () -> ports.unmount(ON_STICK)).how());
    UsbDetached pulled = leaves(false, () -> ports.pullWhileMounted(STICK, ON_STICK));
    assertEquals(Removal.PULLED, pulled.how());
    assertTrue(pulled.writable());
  }

  @Test
  void aStickWhoseMediumWasGivenUpIsEjectedUnlessItWasStillMounted() throws IOException {
    sensor.open();
    assertEquals(Removal.EJECTED, leaves(true, () -> ports.unmount(ON_STICK)).how());
    assertEquals(Removal.PULLED, leaves(true, () -> ports.pullWhileMounted(STICK, ON_STICK)).how());
  }

  @Test
  void aReadOnlyVolumeThatWasPulledHadNothingToWrite() throws IOException {
    MountedVolume readOnly =
        new MountedVolume(
            ON_STICK.mountPoint(),
            "/dev/sda1",
            "vfat",
            "STICK",
            "C807-0D80",
            true,
            STICK,
            new VolumeNature(64 << 20, 1, true, "ro,noexec", "", "", "/"));
    sensor.open();
    ports.plug(STICK);
    ports.mount(readOnly);
    VolumeMounted mounted = (VolumeMounted) sensor.sense(Duration.ZERO).get(1);
    assertTrue(mounted.volume().details().readOnly());
    assertEquals(1, mounted.volume().details().partition());
    ports.pullWhileMounted(STICK, readOnly);
    List<Observation> out = sensor.sense(Duration.ZERO);
    assertEquals(Removal.PULLED, ((VolumeUnmounted) out.get(0)).how());
    assertFalse(((UsbDetached) out.get(1)).writable());
  }

  @Test
  void ofSeveralVolumesOnePulledMakesItAPull() throws IOException {
    MountedVolume second =
        new MountedVolume(
            Path.of("/media/desk/TWO"), "/dev/sda2", "ext4", "TWO", "f0", true, STICK);
    sensor.open();
    ports.plug(STICK);
    ports.mount(ON_STICK);
    ports.mount(second);
    assertEquals(
        List.of("usb.attach", "volume.mount", "volume.mount"), types(sensor.sense(Duration.ZERO)));
    ports.unmount(second);
    sensor.sense(Duration.ZERO);
    ports.pullWhileMounted(STICK, ON_STICK);
    List<Observation> out = sensor.sense(Duration.ZERO);
    assertEquals(Removal.PULLED, ((UsbDetached) out.get(out.size() - 1)).how());
  }

  @Test
  void aVolumeMountedAgainAfterItWasReleasedCountsAgain() throws IOException {
    sensor.open();
    ports.plug(STICK);
    ports.mount(ON_STICK);
    sensor.sense(Duration.ZERO);
    ports.unmount(ON_STICK);
    sensor.sense(Duration.ZERO);
    ports.mount(ON_STICK);
    sensor.sense(Duration.ZERO);
    ports.pullWhileMounted(STICK, ON_STICK);
    List<Observation> out = sensor.sense(Duration.ZERO);
    assertEquals(Removal.PULLED, ((UsbDetached) out.get(1)).how());
  }

  @Test
  void whatNobodyMountedIsUnusedAndWhatLeftUnwatchedIsUnseen() throws IOException {
    ports.plug(KEYBOARD);
    ports.plug(STICK);
    sensor.open();
    ports.pull(KEYBOARD);
    assertEquals(Removal.UNUSED, ((UsbDetached) sensor.sense(Duration.ZERO).get(0)).how());
    sensor.close();
    ports.pull(STICK);
    assertEquals(Removal.UNSEEN, ((UsbDetached) sensor.open().found().get(0)).how());
  }

  @Test
  void aSerialThatIsInTwiceIsSaidToBeRepeated() throws IOException {
    sensor.open();
    ports.plug(STICK);
    ports.plug(
        new UsbPeripheral(
            "2-3", "0781", "5567", "4C530001", "SanDisk", "Cruzer", List.of("08/06/50")));
    List<Observation> in = sensor.sense(Duration.ZERO);
    assertEquals(UsbSerial.GIVEN, ((UsbAttached) in.get(0)).device().serialKind());
    assertEquals(UsbSerial.REPEATED, ((UsbAttached) in.get(1)).device().serialKind());
  }

  @Test
  void whatElseIsKnownChangesNothingAboutWhoItIs() throws IOException {
    UsbNature known =
        new UsbNature(
            "0000:00:14.0",
            List.of("2-1 05e3:0608"),
            "480",
            false,
            true,
            List.of("MTP"),
            List.of("ff/42/01"),
            List.of(new UsbInput("Keyboard", true, false)),
            List.of("device: says 2 configurations, has 1"));
    UsbPeripheral same =
        new UsbPeripheral(
            "2-1", "0781", "5567", "4C530001", "SanDisk", "Cruzer", List.of("08/06/50"), known);
    ports.plug(same);
    UsbDevice told = ((UsbAttached) sensor.open().found().get(0)).device();
    assertEquals("0000:00:14.0", told.details().controller());
    assertEquals(List.of("device: says 2 configurations, has 1"), told.details().malformed());
    sensor.close();
    ports.pull(same);
    ports.plug(STICK);
    assertEquals(List.of(), sensor.open().found());
  }

  /** Plugs the stick, mounts it, lets it leave, and gives the record of the removal. */
  private UsbDetached leaves(boolean ejected, Runnable way) throws IOException {
    ports.plug(STICK);
    ports.mount(ON_STICK);
    sensor.sense(Duration.ZERO);
    way.run();
    ports.pull(STICK, ejected);
    List<Observation> out = sensor.sense(Duration.ZERO);
    assertEquals(List.of("volume.unmount", "usb.detach"), types(out));
    return (UsbDetached) out.get(1);
  }

  @Test
  void nothingHappeningIsNothingSeen() throws IOException {
    sensor.open();
    assertEquals(List.of(), sensor.sense(Duration.ZERO));
  }

  private static List<String> types(List<Observation> seen) {
    return seen.stream().map(Observation::type).toList();
  }

  // -- while nobody watched ----------------------------------------------------------------------

  private UsbSensor remembering(Path memory, UsbHistory.Stay... stays) {
    return new UsbSensor(ports, ports, () -> List.of(stays), memory, () -> now);
  }

  private static UsbHistory.Stay stay(
      UsbPeripheral device, boolean isIn, long first, long came, long left) {
    return new UsbHistory.Stay(device, isIn, minute(first), minute(came), minute(left));
  }

  /** So many minutes after noon; 0 for never. */
  private static Optional<Instant> minute(long minute) {
    return minute == 0 ? Optional.empty() : Optional.of(NOON.plusSeconds(60 * minute));
  }

  @Test
  void whatCameAndLeftWhileNobodyWatchedIsToldAtTheNextStart(@TempDir Path data)
      throws IOException {
    Path memory = data.resolve("usb-watched.txt");
    UsbSensor before = remembering(memory, stay(STICK, false, -9, -9, -8));
    assertEquals(List.of(), before.open().found(), "of the first start nobody knows since when");
    before.close();
    now = NOON.plusSeconds(3600);
    UsbSensor after =
        remembering(
            memory,
            stay(STICK, false, -9, 10, 14),
            stay(KEYBOARD, false, -9, -9, -8),
            stay(other(KEYBOARD, "kept"), false, -9, -5, 20));
    List<Observation> found = after.open().found();
    UsbAttached came = (UsbAttached) found.get(0);
    assertEquals("4C530001", came.device().serial());
    assertEquals(minute(10), came.came());
    assertFalse(came.presentAtStart());
    UsbDetached left = (UsbDetached) found.get(1);
    assertEquals(Removal.UNSEEN, left.how());
    assertEquals(Duration.ofMinutes(4), left.connected());
    assertEquals("kept", ((UsbDetached) found.get(2)).device().serial(), "it was in before");
    assertEquals(3, found.size());
    after.close();
    assertEquals(List.of(), remembering(memory, stay(STICK, false, -9, 10, 14)).open().found());
  }

  @Test
  void aDeviceThatStaysInIsNewOnlyWhenThisMachineNeverSawItBefore(@TempDir Path data)
      throws IOException {
    Path memory = data.resolve("usb-watched.txt");
    UsbSensor before = remembering(memory);
    before.open();
    before.close();
    now = NOON.plusSeconds(3600);
    ports.plug(STICK);
    ports.plug(KEYBOARD);
    // Both arrived anew with the system's start.
    List<Observation> found =
        remembering(memory, stay(STICK, true, 20, 30, 0), stay(KEYBOARD, true, -9, 30, 0))
            .open()
            .found();
    assertEquals(minute(20), ((UsbAttached) found.get(0)).came());
    assertEquals(Optional.empty(), ((UsbAttached) found.get(1)).came());
    assertTrue(found.stream().allMatch(each -> ((UsbAttached) each).presentAtStart()));
  }

  @Test
  void aMemoryThatMakesNoSenseIsPutAsideAndAnewBegun(@TempDir Path data) throws IOException {
    Path memory = Files.writeString(data.resolve("usb-watched.txt"), "yesterday");
    assertEquals(List.of(), remembering(memory, stay(STICK, false, 1, 1, 2)).open().found());
    assertEquals("yesterday", Files.readString(data.resolve("usb-watched.txt.damaged")));
    assertEquals(NOON + "\n", Files.readString(memory));
  }

  @Test
  void aHistoryThatCannotBeReadIsSaidAndTheRestIsSeen(@TempDir Path data) throws IOException {
    Path memory = Files.writeString(data.resolve("usb-watched.txt"), NOON.toString());
    ports.plug(STICK);
    Sensor.Sight sight =
        new UsbSensor(
                ports,
                ports,
                () -> {
                  throw new IOException("no rights");
                },
                memory,
                () -> now)
            .open();
    assertTrue(sight.reduced());
    assertTrue(sight.detail().endsWith("what came while nobody watched (no rights)"));
    assertEquals(1, sight.found().size());
  }

  private static UsbPeripheral other(UsbPeripheral device, String serial) {
    return new UsbPeripheral(
        "9-9", device.vendorId(), device.productId(), serial, "", "", device.interfaces());
  }
}
