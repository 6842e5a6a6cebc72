package io.waybillguard.agent.platform.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.platform.UsbInput;
import io.waybillguard.agent.platform.UsbPeripheral;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SysfsUsbTest {
  private static final String BUS1 = "sys/devices/pci0000:00/0000:00:03.0/usb1/";
  private static final String BUS2 = "sys/devices/pci0000:00/0000:00:03.0/usb2/";

  @TempDir private Path root;
  private SysfsUsb sysfs;

  @BeforeEach
  void aHubWithTwoDevicesAndTwoSticksAreIn() throws IOException {
    root = root.toRealPath();
    Fixtures.sysfs("sysfs-hub.txt", root);
    descriptors("hub", BUS1 + "1-3");
    descriptors("network", BUS1 + "1-3/1-3.1");
    descriptors("keyboard", BUS1 + "1-3/1-3.2");
    descriptors("stick", BUS2 + "2-2");
    sysfs = new SysfsUsb(root.resolve("sys"));
  }

  @Test
  void eachDeviceIsThereWithItsPortAndTheHubAbove() throws IOException {
    Map<String, UsbPeripheral> in = in();
    assertEquals(
        List.of("1-3", "1-3.1", "1-3.2", "2-2", "2-4"), in.keySet().stream().sorted().toList());
    for (UsbPeripheral each : in.values()) {
      assertEquals("0000:00:03.0", each.nature().controller(), each::port);
      assertEquals(List.of(), each.nature().malformed(), each::port);
      assertTrue(each.nature().authorised(), each::port);
    }
    assertEquals(List.of(), device("1-3").nature().hubs());
    assertEquals(List.of("1-3 0409:55aa"), device("1-3.1").nature().hubs());
    assertEquals("12", device("1-3.2").nature().speed());
    assertEquals("5000", device("2-2").nature().speed());
  }

  @Test
  void aNetworkDeviceTellsItsOtherConfigurationToo() throws IOException {
    UsbPeripheral network = device("1-3.1");
    assertEquals(List.of("02/06/00", "0a/00/00"), network.interfaces());
    assertEquals(List.of("02/02/ff"), network.nature().otherInterfaces());
    assertEquals(
        List.of("QEMU USB Net Control Interface", "QEMU USB Net Data Interface"),
        network.nature().interfaceNames());
  }

  @Test
  void aKeyboardIsOneByWhatItCanType() throws IOException {
    assertEquals(
        List.of(new UsbInput("QEMU QEMU USB Keyboard", true, false)),
        device("1-3.2").nature().inputs());
  }

  @Test
  void aStickWithoutSerialHasNone() throws IOException {
    assertEquals("OTHER002", device("2-2").serial());
    assertEquals("", device("2-4").serial());
  }

  @Test
  void stringsAndNumbersThatAreNoneAreFacts() throws IOException {
    Path stick = root.resolve(BUS2 + "2-2");
    Files.write(stick.resolve("product"), "U\u00ff\n".getBytes(StandardCharsets.ISO_8859_1));
    Files.writeString(stick.resolve("manufacturer"), "M".repeat(3000) + "\n");
    Files.writeString(stick.resolve("serial"), "A\u0007B\n");
    Files.writeString(stick.resolve("bNumInterfaces"), "many\n");
    Files.write(stick.resolve("descriptors"), new byte[] {18, 1, 0});
    UsbPeripheral read = sysfs.read(stick).orElseThrow();
    assertFalse(sysfs.isReady(stick, read));
    assertEquals(126, read.manufacturer().length());
    assertEquals(
        List.of(
            "device: 3 bytes, 18 were expected",
            "serial: holds bytes that are no text",
            "manufacturer: 3000 characters, at most 126 were expected",
            "product: holds bytes that are no text"),
        read.nature().malformed());
  }

  private Map<String, UsbPeripheral> in() throws IOException {
    java.util.ArrayList<UsbPeripheral> all = new java.util.ArrayList<>();
    for (Path folder : sysfs.plugged()) {
      sysfs.read(folder).ifPresent(all::add);
    }
    return all.stream().collect(Collectors.toMap(UsbPeripheral::port, each -> each));
  }

  private UsbPeripheral device(String port) throws IOException {
    UsbPeripheral found = in().get(port);
    assertNotNull(found, port);
    return found;
  }

  private void descriptors(String name, String folder) throws IOException {
    Files.write(
        root.resolve(folder).resolve("descriptors"),
        HexFormat.of().parseHex(Fixtures.text("descriptors-" + name + ".hex").strip()));
  }
}
