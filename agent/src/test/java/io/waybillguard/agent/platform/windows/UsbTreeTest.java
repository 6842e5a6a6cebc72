package io.waybillguard.agent.platform.windows;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.platform.UsbChange;
import io.waybillguard.agent.platform.UsbInput;
import io.waybillguard.agent.platform.UsbPeripheral;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Trees of devices in the forms of Microsoft's driver documentation ("Standard USB identifiers",
 * "Hardware IDs for top-level collections"); the ids of the disk are those of a real event 6416.
 */
final class UsbTreeTest {
  private static final String PORT = "PCIROOT(0)#PCI(1400)#USBROOT(0)";
  private static final String STICK = "USB\\VID_8564&PID_1000\\1234567890ABCDEF";
  private static final String DISK =
      "USBSTOR\\Disk&Ven_JetFlash&Prod_Transcend_64GB&Rev_1100\\1234567890ABCDEF&0";

  static DeviceValue text(String text) {
    return new DeviceValue(DeviceValue.STRING, (text + "\0").getBytes(StandardCharsets.UTF_16LE));
  }

  static DeviceValue list(String... texts) {
    return new DeviceValue(
        DeviceValue.STRING_LIST,
        (String.join("\0", texts) + "\0\0").getBytes(StandardCharsets.UTF_16LE));
  }

  private static DeviceValue number(int number) {
    return new DeviceValue(
        DeviceValue.UINT32,
        ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(number).array());
  }

  static DeviceNode node(String id, String parent, Object... more) {
    Map<DeviceKey, DeviceValue> values = new EnumMap<>(DeviceKey.class);
    values.put(DeviceKey.PARENT, text(parent));
    for (int i = 0; i < more.length; i += 2) {
      values.put((DeviceKey) more[i], (DeviceValue) more[i + 1]);
    }
    return new DeviceNode(id, values);
  }

  private static List<DeviceNode> stick() {
    return List.of(
        node("USB\\ROOT_HUB30\\4&3500C53D&0&0", "PCI\\VEN_8086&DEV_A36D\\3&11583659&0&A0"),
        node(
            STICK,
            "usb\\root_hub30\\4&3500c53d&0&0",
            DeviceKey.LOCATION_PATHS,
            list(PORT + "#USB(3)"),
            DeviceKey.COMPATIBLE_IDS,
            list("USB\\COMPAT_VID_8564&Class_08&SubClass_06", "USB\\Class_08&SubClass_06&Prot_50"),
            DeviceKey.REPORTED_NAME,
            text("Mass Storage Device"),
            DeviceKey.REMOVAL_POLICY,
            number(3)),
        node(DISK, STICK, DeviceKey.REMOVAL_POLICY, number(3)));
  }

  @Test
  void a_stick_is_told_by_its_ids_its_port_and_what_it_does() {
    UsbPeripheral stick = new UsbTree(stick()).devices().get(0);
    assertEquals("1400-3", stick.port());
    assertEquals("8564", stick.vendorId());
    assertEquals("1000", stick.productId());
    assertEquals("1234567890ABCDEF", stick.serial());
    assertEquals("Mass Storage Device", stick.product());
    assertEquals(List.of("08/06/50"), stick.interfaces());
    assertEquals("PCIROOT(0)#PCI(1400)", stick.nature().controller());
    assertFalse(stick.nature().fixed());
    assertTrue(stick.nature().authorised());
  }

  @Test
  void root_hubs_are_of_the_machine_and_no_devices() {
    assertEquals(1, new UsbTree(stick()).devices().size());
  }

  @Test
  void a_disk_belongs_to_the_stick_above_it_and_a_disk_inside_to_none() {
    UsbTree tree = new UsbTree(stick());
    UsbPeripheral carrier = tree.carrier(DISK);
    assertEquals(tree.devices().get(0), carrier);
    assertNull(tree.carrier("SCSI\\Disk&Ven_NVMe&Prod_Samsung\\5&1b7eca9b&0&000000"));
    assertTrue(tree.isRemovable(DISK));
  }

  @Test
  void a_stick_that_also_types_shows_every_function_in_order() {
    String device = "USB\\VID_1532&PID_0001\\6&1A2B3C&0&2";
    String keyboard = "USB\\VID_1532&PID_0001&MI_01\\7&2D3E4F&0&0001";
    List<DeviceNode> nodes =
        List.of(
            node(
                keyboard,
                device,
                DeviceKey.COMPATIBLE_IDS,
                list("USB\\Class_03&SubClass_01&Prot_01")),
            node(
                "HID\\VID_1532&PID_0001&MI_01\\8&5A6B7C&0&0000",
                keyboard,
                DeviceKey.HARDWARE_IDS,
                list("HID\\VID_1532&PID_0001&MI_01", "HID_DEVICE_UP:0001_U:0006"),
                DeviceKey.DESCRIPTION,
                text("HID 键盘设备")),
            node(
                "USB\\VID_1532&PID_0001&MI_00\\7&2D3E4F&0&0000",
                device,
                DeviceKey.COMPATIBLE_IDS,
                list("USB\\Class_08&SubClass_06&Prot_62")),
            node(device, "USB\\ROOT_HUB30\\4&3500C53D&0&0"));
    UsbPeripheral both = new UsbTree(nodes).devices().get(0);
    assertEquals(List.of("08/06/62", "03/01/01"), both.interfaces());
    assertEquals(List.of(new UsbInput("HID 键盘设备", true, false)), both.nature().inputs());
    assertEquals("", both.serial(), "made up from the port by the system");
    assertEquals(device, both.port(), "without a location the id has to do");
  }

  @Test
  void hubs_on_the_way_are_named_and_what_hangs_on_them_is_not_theirs() {
    String hub = "USB\\VID_05E3&PID_0608\\5&2C24CE2E&0&4";
    List<DeviceNode> nodes =
        List.of(
            node(
                hub,
                "USB\\ROOT_HUB30\\4&3500C53D&0&0",
                DeviceKey.LOCATION_PATHS,
                list(PORT + "#USB(4)"),
                DeviceKey.COMPATIBLE_IDS,
                list("USB\\Class_09&SubClass_00&Prot_01")),
            node(
                "USB\\VID_046D&PID_C31C\\6&1",
                hub,
                DeviceKey.LOCATION_PATHS,
                list(PORT + "#USB(4)#USB(2)"),
                DeviceKey.PROBLEM,
                number(22)),
            node(
                "HID\\VID_046D&PID_C31C\\7&1",
                "USB\\VID_046D&PID_C31C\\6&1",
                DeviceKey.HARDWARE_IDS,
                list("HID_DEVICE_UP:0001_U:0006")));
    List<UsbPeripheral> devices = new UsbTree(nodes).devices();
    assertEquals(List.of(), devices.get(0).nature().inputs());
    assertEquals(1, devices.get(1).nature().inputs().size());
    assertEquals(List.of("1400-4 05e3:0608"), devices.get(1).nature().hubs());
    assertEquals("1400-4.2", devices.get(1).port());
    assertFalse(devices.get(1).nature().authorised(), "switched off by somebody");
  }

  @Test
  void a_loop_in_what_the_system_tells_ends() {
    List<DeviceNode> nodes = List.of(node("A\\1", "B\\1"), node("B\\1", "A\\1"));
    assertNull(new UsbTree(nodes).carrier("A\\1"));
    assertFalse(new UsbTree(nodes).isRemovable("A\\1"));
  }

  @Test
  void values_of_another_type_count_as_not_there() {
    DeviceNode odd =
        node(STICK, "", DeviceKey.COMPATIBLE_IDS, number(1), DeviceKey.REMOVAL_POLICY, text("x"));
    UsbPeripheral device = new UsbTree(List.of(odd)).devices().get(0);
    assertEquals(List.of(), device.interfaces());
  }

  @Test
  void what_changed_between_two_looks_is_told_departures_first() {
    UsbPeripheral stick = new UsbTree(stick()).devices().get(0);
    UsbPeripheral moved =
        new UsbPeripheral(
            "1400-4",
            "8564",
            "1000",
            "1234567890ABCDEF",
            "",
            "Mass Storage Device",
            List.of("08/06/50"));
    assertEquals(
        List.of(new UsbChange.Left(stick), new UsbChange.Arrived(moved)),
        WindowsUsb.between(List.of(stick), List.of(moved)));
    assertEquals(List.of(), WindowsUsb.between(List.of(stick), List.of(stick)));
  }
}
