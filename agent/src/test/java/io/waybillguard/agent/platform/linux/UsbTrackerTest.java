package io.waybillguard.agent.platform.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.platform.UsbChange;
import io.waybillguard.agent.platform.UsbInput;
import io.waybillguard.agent.platform.UsbPeripheral;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class UsbTrackerTest {
  private static final UsbPeripheral STICK =
      new UsbPeripheral(
          "2-1", "46f4", "0001", "RIGSER0001", "QEMU", "QEMU USB HARDDRIVE", List.of("08/06/50"));
  private static final UsbPeripheral KEYBOARD =
      new UsbPeripheral(
          "1-2", "0627", "0001", "KBD1", "QEMU", "QEMU USB Keyboard", List.of("03/01/01"));
  private static final String HUB = "/devices/pci0000:00/0000:00:03.0/usb2";

  private static final String KEYBOARD_PATH = "/devices/pci0000:00/0000:00:03.0/usb1/1-2";

  @TempDir private Path root;
  private Instant now = Instant.parse("2026-11-24T04:00:00Z");
  private UsbTracker tracker;

  @BeforeEach
  void capturedDevicesAreIn() throws IOException {
    root = root.toRealPath();
    Fixtures.sysfs("sysfs-stick-keyboard.txt", root);
    tracker = new UsbTracker(new SysfsUsb(root.resolve("sys")), () -> now);
  }

  @Test
  void aStickAndAKeyboardComeAndGoAsTheKernelTold() throws IOException {
    assertEquals(
        List.of(
            new UsbChange.Arrived(STICK),
            new UsbChange.Arrived(KEYBOARD),
            new UsbChange.Left(STICK),
            new UsbChange.Left(KEYBOARD)),
        identities(replay()));
  }

  @Test
  void theSerialIsRememberedThoughSysfsHasItNoLongerWhenTheDeviceLeaves() throws IOException {
    List<UsbChange> changes = new ArrayList<>();
    for (Uevent event : captured()) {
      if (event.action().equals("remove") && event.devpath().endsWith("/2-1")) {
        delete(root.resolve("sys" + event.devpath()));
      }
      changes.addAll(tracker.on(event));
    }
    assertTrue(identities(changes).contains(new UsbChange.Left(STICK)), changes::toString);
  }

  @Test
  void whatIsInAtStartIsToldOnceAndNotAgainByMessagesThatWereOnTheirWay() throws IOException {
    assertEquals(
        List.of(KEYBOARD, STICK), tracker.start().stream().map(UsbPeripheral::identity).toList());
    List<UsbChange> arrivals =
        replay().stream().filter(UsbChange.Arrived.class::isInstance).toList();
    assertEquals(List.of(), arrivals);
  }

  @Test
  void aDeviceThatIsNeverBoundIsToldOfWhenPatienceIsOver() throws IOException {
    assertEquals(List.of(), tracker.on(event("add", "2-1")));
    now = now.plusMillis(500);
    assertEquals(Duration.ofMillis(1500), tracker.patience(Duration.ofSeconds(5)));
    assertEquals(List.of(), tracker.overdue());
    now = now.plusMillis(1500);
    assertEquals(List.of(new UsbChange.Arrived(STICK)), identities(tracker.overdue()));
    assertEquals(List.of(), tracker.overdue());
    assertEquals(Duration.ofSeconds(5), tracker.patience(Duration.ofSeconds(5)));
  }

  @Test
  void aClockSetBackDoesNotMakeADeviceWaitForEver() throws IOException {
    assertEquals(List.of(), tracker.on(event("add", "2-1")));
    now = now.minus(Duration.ofDays(365));
    assertEquals(List.of(new UsbChange.Arrived(STICK)), identities(tracker.overdue()));
  }

  @Test
  void aDeviceThatIsStillBeingSetUpAtStartIsToldOfWhenItsInterfacesAreThere() throws IOException {
    Path interfaces = root.resolve("sys" + HUB + "/2-1/2-1:1.0");
    Path aside = root.resolve("aside");
    Files.move(interfaces, aside);
    assertEquals(List.of(KEYBOARD), tracker.start().stream().map(UsbPeripheral::identity).toList());
    Files.move(aside, interfaces);
    assertEquals(
        List.of(new UsbChange.Arrived(STICK)), identities(tracker.on(event("bind", "2-1"))));
  }

  @Test
  void aDeviceGoneBeforeItCouldBeReadIsToldOfByItsIds() throws IOException {
    UsbPeripheral glimpsed = new UsbPeripheral("2-9", "046d", "c31c", "", "", "", List.of());
    assertEquals(List.of(), tracker.on(event("add", "2-9", "46d/c31c/6401")));
    assertEquals(
        List.of(new UsbChange.Arrived(glimpsed), new UsbChange.Left(glimpsed)),
        tracker.on(event("remove", "2-9", "46d/c31c/6401")));
  }

  @Test
  void aDeviceThatTurnsIntoAnotherOneIsToldOfAsAnother() throws IOException {
    assertEquals(
        List.of(new UsbChange.Arrived(STICK)), identities(tracker.on(event("bind", "2-1"))));
    Files.writeString(root.resolve("sys" + HUB + "/2-1/2-1:1.0/bInterfaceClass"), "03\n");
    List<UsbChange> changes = tracker.on(event("bind", "2-1"));
    assertEquals(new UsbChange.Left(STICK), identities(changes).get(0));
    assertEquals(List.of("03/06/50"), ((UsbChange.Arrived) changes.get(1)).device().interfaces());
  }

  @Test
  void aKeyboardIsToldOfWhenItsInputDeviceIsThere() throws IOException {
    Path input = root.resolve("sys" + KEYBOARD_PATH + "/1-2:1.0/0003:0627:0001.0001/input");
    Path aside = root.resolve("aside");
    Files.move(input, aside);
    assertEquals(List.of(), tracker.on(event("bind", KEYBOARD_PATH, "627/1/0", "usb_device")));
    assertEquals(UsbTracker.INPUT_PATIENCE, tracker.patience(Duration.ofSeconds(5)));
    Files.move(aside, input);
    List<UsbChange> changes =
        tracker.on(
            new Uevent(
                "add",
                KEYBOARD_PATH + "/1-2:1.0/0003:0627:0001.0001/input/input4",
                Map.of("SUBSYSTEM", "input")));
    assertEquals(List.of(new UsbChange.Arrived(KEYBOARD)), identities(changes));
    assertEquals(
        List.of(new UsbInput("QEMU QEMU USB Keyboard", true, false)),
        ((UsbChange.Arrived) changes.get(0)).device().nature().inputs());
    assertEquals(Duration.ofSeconds(5), tracker.patience(Duration.ofSeconds(5)));
  }

  @Test
  void aHidDeviceThatNobodyDrivesIsToldOfAllTheSame() throws IOException {
    delete(root.resolve("sys" + KEYBOARD_PATH + "/1-2:1.0/0003:0627:0001.0001"));
    assertEquals(List.of(), tracker.on(event("bind", KEYBOARD_PATH, "627/1/0", "usb_device")));
    now = now.plus(UsbTracker.INPUT_PATIENCE);
    assertEquals(List.of(new UsbChange.Arrived(KEYBOARD)), identities(tracker.overdue()));
  }

  @Test
  void interfacesThatChangeAfterTheArrivalMakeAnotherDevice() throws IOException {
    tracker.start();
    Path theInterface = root.resolve("sys" + HUB + "/2-1/2-1:1.0");
    delete(theInterface);
    assertEquals(List.of(), tracker.on(event("remove", HUB + "/2-1/2-1:1.0", "", "usb_interface")));
    Files.createDirectories(theInterface);
    Files.writeString(theInterface.resolve("bInterfaceClass"), "03\n");
    Files.writeString(theInterface.resolve("bInterfaceSubClass"), "01\n");
    Files.writeString(theInterface.resolve("bInterfaceProtocol"), "01\n");
    assertEquals(List.of(), tracker.on(event("add", HUB + "/2-1/2-1:1.0", "", "usb_interface")));
    assertEquals(List.of(), tracker.overdue());
    now = now.plus(UsbTracker.SETTLING);
    List<UsbChange> changes = tracker.overdue();
    assertEquals(new UsbChange.Left(STICK), identities(changes).get(0));
    assertEquals(List.of("03/01/01"), ((UsbChange.Arrived) changes.get(1)).device().interfaces());
  }

  @Test
  void aDeviceThatIsPutOutOfUseHasNotLeftAndBackInUseHasNotCome() throws IOException {
    tracker.start();
    barAndUnbar("08");
    assertEquals(List.of(), tracker.overdue());
    assertEquals(
        List.of(new UsbChange.Left(STICK)), identities(tracker.on(event("remove", "2-1"))));
  }

  @Test
  void aDeviceThatComesBackIntoUseAsAnotherIsToldOfAsAnother() throws IOException {
    tracker.start();
    barAndUnbar("03");
    List<UsbChange> changes = tracker.overdue();
    assertEquals(new UsbChange.Left(STICK), identities(changes).get(0));
    assertEquals(List.of("03/06/50"), ((UsbChange.Arrived) changes.get(1)).device().interfaces());
  }

  /** As the kernel does: its interfaces go, and come again with another class or the same one. */
  private void barAndUnbar(String interfaceClass) throws IOException {
    Path device = root.resolve("sys" + HUB + "/2-1");
    Path theInterface = device.resolve("2-1:1.0");
    delete(theInterface);
    Files.writeString(device.resolve("authorized"), "0\n");
    tracker.on(event("remove", HUB + "/2-1/2-1:1.0", "", "usb_interface"));
    now = now.plus(UsbTracker.SETTLING);
    assertEquals(List.of(), tracker.overdue());
    Files.createDirectories(theInterface);
    Files.writeString(theInterface.resolve("bInterfaceClass"), interfaceClass + "\n");
    Files.writeString(theInterface.resolve("bInterfaceSubClass"), "06\n");
    Files.writeString(theInterface.resolve("bInterfaceProtocol"), "50\n");
    Files.writeString(device.resolve("authorized"), "1\n");
    tracker.on(event("add", HUB + "/2-1/2-1:1.0", "", "usb_interface"));
    now = now.plus(UsbTracker.SETTLING);
  }

  @Test
  void aDriverThatLetsGoAndTakesUpAgainMakesNoPair() throws IOException {
    tracker.start();
    for (String action : List.of("unbind", "bind")) {
      assertEquals(List.of(), tracker.on(event(action, HUB + "/2-1/2-1:1.0", "", "usb_interface")));
    }
    for (String action : List.of("change", "unbind", "bind")) {
      assertEquals(List.of(), tracker.on(event(action, "2-1")));
    }
    now = now.plusSeconds(5);
    assertEquals(List.of(), tracker.overdue());
  }

  @Test
  void aMediumThatWasGivenUpIsToldWithTheRemoval() throws IOException {
    tracker.start();
    String disk = HUB + "/2-1/2-1:1.0/host0/target0:0:0/0:0:0:0/block/sda";
    Path size = root.resolve("sys" + disk + "/size");
    Uevent change = new Uevent("change", disk, Map.of("SUBSYSTEM", "block", "DEVTYPE", "disk"));
    Files.writeString(size, "0\n");
    assertEquals(List.of(), tracker.on(change));
    assertEquals(
        List.of(new UsbChange.Left(STICK, true)), identities(tracker.on(event("remove", "2-1"))));

    tracker.start();
    tracker.on(change);
    Files.writeString(size, "131072\n");
    tracker.on(change);
    assertEquals(
        List.of(new UsbChange.Left(STICK, false)), identities(tracker.on(event("remove", "2-1"))));
  }

  @Test
  void aMessageWithIdsThatAreNoneLosesNoDevice() throws IOException {
    assertEquals(List.of(), tracker.on(event("add", "2-9", "zz//ffffff")));
    List<UsbChange> changes = tracker.on(event("remove", "2-9", "zz"));
    assertEquals("0000", ((UsbChange.Arrived) changes.get(0)).device().vendorId());
  }

  @Test
  void theMachinesOwnHubsAreNoDevices() throws IOException {
    assertEquals(List.of(), tracker.on(new Uevent("bind", HUB, Map.of("DEVTYPE", "usb_device"))));
  }

  @Test
  void aMessageOfUdevIsNotTakenForTheKernels() {
    byte[] udev =
        "libudev\0\376\355\312\376ACTION=add\0"
            .getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
    assertTrue(Uevent.parse(udev, udev.length).isEmpty());
    assertTrue(Uevent.parse(new byte[0], 0).isEmpty());
    assertTrue(Uevent.parse(new byte[] {0, 0, 0}, 3).isEmpty());
  }

  private static List<UsbChange> identities(List<UsbChange> changes) {
    return changes.stream()
        .map(
            change -> {
              if (change instanceof UsbChange.Arrived arrived) {
                return new UsbChange.Arrived(arrived.device().identity());
              }
              return change instanceof UsbChange.Left left
                  ? new UsbChange.Left(left.device().identity(), left.ejected())
                  : change;
            })
        .toList();
  }

  private List<UsbChange> replay() throws IOException {
    List<UsbChange> changes = new ArrayList<>();
    for (Uevent event : captured()) {
      changes.addAll(tracker.on(event));
    }
    return changes;
  }

  private static List<Uevent> captured() {
    return Fixtures.datagrams("uevents-stick-keyboard-yank.bin").stream()
        .map(datagram -> Uevent.parse(datagram, datagram.length).orElseThrow())
        .toList();
  }

  private static Uevent event(String action, String port) {
    return event(action, port, "46f4/1/0");
  }

  private static Uevent event(String action, String port, String product) {
    return new Uevent(
        action, HUB + "/" + port, Map.of("DEVTYPE", "usb_device", "PRODUCT", product));
  }

  private static Uevent event(String action, String devpath, String product, String type) {
    return new Uevent(action, devpath, Map.of("DEVTYPE", type, "PRODUCT", product));
  }

  private static void delete(Path folder) throws IOException {
    try (var below = Files.walk(folder)) {
      for (Path path : below.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  @Test
  void withoutSysfsItSaysSoInsteadOfFindingNothing() {
    IOException why =
        org.junit.jupiter.api.Assertions.assertThrows(
            IOException.class,
            () -> new UsbTracker(new SysfsUsb(Path.of("/nonexistent")), () -> now).start());
    org.junit.jupiter.api.Assertions.assertTrue(
        String.valueOf(why.getMessage()).contains("mount /sys"), why.getMessage());
  }

  @Test
  void whatAProgramHasTheKernelRepeatIsNeitherComingNorGoing() throws Exception {
    assertEquals(
        List.of(new UsbChange.Arrived(STICK)), identities(tracker.on(event("bind", "2-1"))));
    Map<String, String> said = new HashMap<>(event("remove", "2-1").properties());
    String devpath = event("remove", "2-1").devpath();
    said.put("SYNTH_UUID", "0");
    assertEquals(List.of(), tracker.on(new Uevent("remove", devpath, said)));
    said.put("SYNTH_UUID", "0a1b2c3d-0000-4000-8000-000000000001");
    assertEquals(
        List.of(new UsbChange.Repeated("0a1b2c3d-0000-4000-8000-000000000001")),
        tracker.on(new Uevent("remove", devpath, said)));
    assertEquals(List.of(), tracker.on(event("bind", "2-1")), "it is still known");
  }
}
