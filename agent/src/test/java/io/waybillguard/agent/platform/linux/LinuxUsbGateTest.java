package io.waybillguard.agent.platform.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.waybillguard.agent.platform.UnsupportedHere;
import io.waybillguard.agent.platform.UsbGate;
import io.waybillguard.agent.platform.UsbGateContract;
import io.waybillguard.agent.platform.UsbPeripheral;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The switch of each device in a captured sysfs: what is read and what is written. What the kernel
 * then does with a device is seen in the rig's guest, {@code agent/src/it/guest/desk.py}.
 */
final class LinuxUsbGateTest extends UsbGateContract {
  private static final String BUS1 = "sys/devices/pci0000:00/0000:00:03.0/usb1/1-3";
  private static final String STICK = "sys/devices/pci0000:00/0000:00:03.0/usb2/2-2";
  private static final String KEYS = BUS1 + "/1-3.2/1-3.2:1.0/0003:0627:0001.0001/input/input4";

  @TempDir private Path root;
  private LinuxUsbGate gate;

  @BeforeEach
  void aHubWithTwoDevicesAndTwoSticksAreIn() throws IOException {
    root = root.toRealPath();
    Fixtures.sysfs("sysfs-hub.txt", root);
    descriptors("hub", BUS1);
    descriptors("network", BUS1 + "/1-3.1");
    descriptors("keyboard", BUS1 + "/1-3.2");
    descriptors("stick", STICK);
    Path classes = Files.createDirectories(root.resolve("sys/class/input"));
    Files.createSymbolicLink(classes.resolve("input4"), root.resolve(KEYS));
    gate = new LinuxUsbGate(root.resolve("sys"), List::of);
  }

  private void descriptors(String name, String device) throws IOException {
    String hex = Fixtures.text("descriptors-" + name + ".hex").strip();
    Files.write(root.resolve(device).resolve("descriptors"), HexFormat.of().parseHex(hex));
  }

  private UsbPeripheral at(String port) throws IOException {
    return gate.plugged().stream()
        .map(UsbGate.Plugged::device)
        .filter(device -> device.port().equals(port))
        .findFirst()
        .orElseThrow();
  }

  @Override
  protected UsbGate gate() {
    return gate;
  }

  @Override
  protected UsbPeripheral stick() throws IOException {
    return at("2-2");
  }

  @Override
  protected UsbPeripheral keyboard() throws IOException {
    return at("1-3.2");
  }

  @Override
  protected UsbPeripheral hub() throws IOException {
    return at("1-3");
  }

  @Override
  protected void pull() throws IOException {
    Files.delete(root.resolve("sys/bus/usb/devices/2-2"));
    try (Stream<Path> all = Files.walk(root.resolve(STICK))) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
  }

  @Override
  protected void swap() throws IOException {
    Files.writeString(root.resolve(STICK).resolve("serial"), "OTHER003\n");
  }

  @Test
  void anAdapterOfNetworksIsToldAsOne() throws IOException {
    Files.createDirectories(root.resolve(BUS1).resolve("1-3.1/1-3.1:1.0/net/eth1"));
    List<String> carrying =
        gate.plugged().stream()
            .filter(UsbGate.Plugged::carriesNetwork)
            .map(each -> each.device().port())
            .toList();
    assertEquals(List.of("1-3.1"), carrying);
  }

  @Test
  void aKernelWithoutTheSwitchSaysSo() throws IOException {
    UsbPeripheral stick = stick();
    Files.delete(root.resolve(STICK).resolve("authorized"));
    assertThrows(UnsupportedHere.class, () -> gate.shut(stick));
  }
}
