package io.waybillguard.agent.platform.windows;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.jna.Memory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Structures and numbers that devices and volumes are asked with, against the headers. */
final class DeviceLayoutsTest {
  private final Layouts headers = Layouts.ofHeaders();

  @Test
  void every_key_of_a_device_is_the_one_of_devpkey() {
    Map<DeviceKey, String> names =
        Map.ofEntries(
            Map.entry(DeviceKey.HARDWARE_IDS, "DEVPKEY_Device_HardwareIds"),
            Map.entry(DeviceKey.COMPATIBLE_IDS, "DEVPKEY_Device_CompatibleIds"),
            Map.entry(DeviceKey.DESCRIPTION, "DEVPKEY_Device_DeviceDesc"),
            Map.entry(DeviceKey.REMOVAL_POLICY, "DEVPKEY_Device_RemovalPolicy"),
            Map.entry(DeviceKey.LOCATION_PATHS, "DEVPKEY_Device_LocationPaths"),
            Map.entry(DeviceKey.FIRST_INSTALLED, "DEVPKEY_Device_FirstInstallDate"),
            Map.entry(DeviceKey.LAST_ARRIVAL, "DEVPKEY_Device_LastArrivalDate"),
            Map.entry(DeviceKey.LAST_REMOVAL, "DEVPKEY_Device_LastRemovalDate"),
            Map.entry(DeviceKey.CONTAINER, "DEVPKEY_Device_ContainerId"),
            Map.entry(DeviceKey.REPORTED_NAME, "DEVPKEY_Device_BusReportedDeviceDesc"),
            Map.entry(DeviceKey.PARENT, "DEVPKEY_Device_Parent"),
            Map.entry(DeviceKey.PROBLEM, "DEVPKEY_Device_ProblemCode"));
    for (DeviceKey key : DeviceKey.values()) {
      assertEquals(headers.text(names.getOrDefault(key, ""), "devpkey"), key.toString());
    }
    assertEquals(headers.size("DEVPROPKEY"), DeviceKey.SIZE);
    assertEquals(headers.offset("DEVPROPKEY.pid"), DeviceKey.NUMBER);
  }

  @Test
  void a_guid_lies_in_memory_as_windows_lays_it_out() {
    UUID disk = UUID.fromString("53f56307-b6bf-11d0-94f2-00a0c91efb8b");
    byte[] expected = {
      0x07,
      0x63,
      (byte) 0xf5,
      0x53,
      (byte) 0xbf,
      (byte) 0xb6,
      (byte) 0xd0,
      0x11,
      (byte) 0x94,
      (byte) 0xf2,
      0x00,
      (byte) 0xa0,
      (byte) 0xc9,
      0x1e,
      (byte) 0xfb,
      (byte) 0x8b
    };
    assertArrayEquals(expected, DeviceKey.bytes(disk));
    assertEquals(disk, DeviceKey.guid(expected));
    assertEquals("{" + disk + "}", headers.text("GUID_DEVINTERFACE_DISK", "guid"));
    assertEquals(disk, Disks.DISK);
    try (Memory raw = DeviceKey.LAST_ARRIVAL.raw()) {
      assertEquals(102, raw.getInt(16));
    }
  }

  @Test
  void types_of_values_are_those_of_devpropdef() {
    assertEquals(headers.value("DEVPROP_TYPE_STRING"), DeviceValue.STRING);
    assertEquals(headers.value("DEVPROP_TYPE_STRING_LIST"), DeviceValue.STRING_LIST);
    assertEquals(headers.value("DEVPROP_TYPE_GUID"), DeviceValue.GUID);
    assertEquals(headers.value("DEVPROP_TYPE_FILETIME"), DeviceValue.FILETIME);
    assertEquals(headers.value("DEVPROP_TYPE_UINT32"), DeviceValue.UINT32);
    assertEquals(headers.value("CM_REMOVAL_POLICY_EXPECT_NO_REMOVAL"), UsbTree.NO_REMOVAL);
  }

  @Test
  void a_value_is_read_as_its_type_says() {
    byte[] time =
        ByteBuffer.allocate(8)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(134_402_544_000_000_000L)
            .array();
    assertEquals(
        Optional.of(Instant.parse("2026-11-27T12:00:00Z")),
        new DeviceValue(DeviceValue.FILETIME, time).time());
    assertEquals(
        Optional.empty(), new DeviceValue(DeviceValue.FILETIME, new byte[8]).time(), "never");
    assertEquals(Optional.empty(), new DeviceValue(DeviceValue.FILETIME, new byte[3]).time());
    assertEquals(
        List.of("一", "b"),
        new DeviceValue(DeviceValue.STRING_LIST, "一\0b\0\0".getBytes(StandardCharsets.UTF_16LE))
            .list());
    assertEquals(
        "00000000-0000-0000-ffff-ffffffffffff",
        new DeviceValue(
                DeviceValue.GUID,
                DeviceKey.bytes(UUID.fromString("00000000-0000-0000-FFFF-FFFFFFFFFFFF")))
            .guid());
    assertEquals(7, DeviceValue.NONE.number(7));
  }

  @Test
  void structures_of_setupapi_are_as_large_as_the_headers_say() {
    assertEquals(headers.size("SP_DEVINFO_DATA"), SetupDevices.INFO_SIZE);
    assertEquals(headers.size("SP_DEVICE_INTERFACE_DATA"), SetupDevices.INTERFACE_SIZE);
    assertEquals(headers.size("SP_DEVICE_INTERFACE_DETAIL_DATA_W"), SetupDevices.DETAIL_SIZE);
    assertEquals(
        headers.offset("SP_DEVICE_INTERFACE_DETAIL_DATA_W.DevicePath"), SetupDevices.DETAIL_PATH);
    assertEquals(headers.value("DIGCF_PRESENT"), SetupDevices.DIGCF_PRESENT);
    assertEquals(headers.value("DIGCF_ALLCLASSES"), SetupDevices.DIGCF_ALLCLASSES);
    assertEquals(headers.value("DIGCF_DEVICEINTERFACE"), SetupDevices.DIGCF_DEVICEINTERFACE);
  }

  @Test
  void questions_to_disks_are_those_of_ntddstor() {
    assertEquals(headers.value("IOCTL_STORAGE_QUERY_PROPERTY"), Disks.IOCTL_STORAGE_QUERY_PROPERTY);
    assertEquals(
        headers.value("IOCTL_STORAGE_GET_DEVICE_NUMBER"), Disks.IOCTL_STORAGE_GET_DEVICE_NUMBER);
    assertEquals(headers.size("STORAGE_PROPERTY_QUERY"), Disks.QUERY_SIZE);
    assertEquals(headers.size("STORAGE_DEVICE_NUMBER"), Disks.NUMBER_SIZE);
    assertEquals(headers.offset("STORAGE_DEVICE_NUMBER.DeviceNumber"), Disks.NUMBER_DISK);
    assertEquals(headers.offset("STORAGE_DEVICE_NUMBER.PartitionNumber"), Disks.NUMBER_PARTITION);
    assertEquals(headers.size("STORAGE_DEVICE_DESCRIPTOR"), StorageDevice.SIZE);
    assertEquals(
        headers.offset("STORAGE_DEVICE_DESCRIPTOR.RemovableMedia"), StorageDevice.REMOVABLE_MEDIA);
    assertEquals(
        headers.offset("STORAGE_DEVICE_DESCRIPTOR.VendorIdOffset"), StorageDevice.VENDOR_OFFSET);
    assertEquals(
        headers.offset("STORAGE_DEVICE_DESCRIPTOR.ProductIdOffset"), StorageDevice.PRODUCT_OFFSET);
    assertEquals(headers.offset("STORAGE_DEVICE_DESCRIPTOR.BusType"), StorageDevice.BUS_TYPE);
    assertEquals(headers.value("DRIVE_REMOVABLE"), WindowsVolumes.DRIVE_REMOVABLE);
    assertEquals(headers.value("DRIVE_FIXED"), WindowsVolumes.DRIVE_FIXED);
    assertEquals(headers.value("DRIVE_CDROM"), WindowsVolumes.DRIVE_CDROM);
    assertEquals(headers.value("FILE_READ_ONLY_VOLUME"), WindowsVolumes.READ_ONLY_VOLUME);
  }

  @Test
  void a_disk_tells_its_bus_and_its_names_and_a_cut_answer_tells_nothing() {
    byte[] told = new byte[64];
    ByteBuffer raw = ByteBuffer.wrap(told).order(ByteOrder.LITTLE_ENDIAN);
    raw.putInt(12, 40).putInt(16, 50).putInt(28, 7).put(10, (byte) 1);
    raw.put(40, "JetFlash ".getBytes(StandardCharsets.US_ASCII));
    raw.put(50, "Transcend 64GB".getBytes(StandardCharsets.US_ASCII));
    StorageDevice stick = StorageDevice.of(told);
    assertEquals(new StorageDevice(7, true, "JetFlash", "Transcend 64GB"), stick);
    assertTrue(stick.isOnBusOfSticks());
    StorageDevice nvme =
        StorageDevice.of(
            ByteBuffer.wrap(new byte[40]).order(ByteOrder.LITTLE_ENDIAN).putInt(28, 17).array());
    assertFalse(nvme.isOnBusOfSticks());
    assertTrue(nvme.mayBeInACase());
    assertFalse(StorageDevice.of(new byte[20]).isOnBusOfSticks());
  }

  @Test
  void a_serial_is_written_as_explorer_writes_it() {
    assertEquals("cafe-1234", WindowsVolumes.serial(0xCAFE1234));
    assertEquals("0000-0001", WindowsVolumes.serial(1));
  }
}
