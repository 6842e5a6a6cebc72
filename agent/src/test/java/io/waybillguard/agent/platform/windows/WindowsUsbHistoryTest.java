package io.waybillguard.agent.platform.windows;

import static io.waybillguard.agent.platform.windows.UsbTreeTest.list;
import static io.waybillguard.agent.platform.windows.UsbTreeTest.node;
import static io.waybillguard.agent.platform.windows.UsbTreeTest.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.jna.platform.win32.Advapi32;
import com.sun.jna.platform.win32.Advapi32Util;
import com.sun.jna.platform.win32.WinNT;
import com.sun.jna.platform.win32.WinReg;
import io.waybillguard.agent.platform.UsbHistory.Stay;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Devices that were in once: nodes laid out as the tree keeps them, and a tree that is asked. */
final class WindowsUsbHistoryTest {
  private static final Instant CAME = Instant.parse("2026-11-20T09:30:00Z");
  private static final Instant LEFT = Instant.parse("2026-11-20T09:41:30Z");
  private static final String STICK = "USB\\VID_0781&PID_5567\\4C530001";

  /** From 1601 on in steps of 100 nanoseconds (minwinbase.h, FILETIME). */
  private static byte[] steps(Instant time) {
    long steps =
        Duration.between(Instant.parse("1601-01-01T00:00:00Z"), time).toSeconds() * 10_000_000;
    return ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(steps).array();
  }

  private static DeviceValue time(Instant time) {
    return new DeviceValue(DeviceValue.FILETIME, steps(time));
  }

  private static DeviceNode stick(Object... dates) {
    Object[] more = new Object[dates.length + 4];
    more[0] = DeviceKey.COMPATIBLE_IDS;
    more[1] = list("USB\\Class_08&SubClass_06&Prot_50");
    more[2] = DeviceKey.REPORTED_NAME;
    more[3] = text("Cruzer");
    System.arraycopy(dates, 0, more, 4, dates.length);
    return node(STICK, "", more);
  }

  @Test
  void a_stick_that_is_out_has_the_passport_that_it_had_when_it_was_in() {
    DeviceNode in =
        node(
            STICK,
            "USB\\ROOT_HUB30\\4&3500C53D&0&0",
            DeviceKey.COMPATIBLE_IDS,
            list("USB\\Class_08&SubClass_06&Prot_50"),
            DeviceKey.REPORTED_NAME,
            text("Cruzer"));
    Stay stay =
        WindowsUsbHistory.of(
                List.of(
                    stick(
                        DeviceKey.FIRST_INSTALLED,
                        time(CAME.minusSeconds(86_400)),
                        DeviceKey.LAST_ARRIVAL,
                        time(CAME),
                        DeviceKey.LAST_REMOVAL,
                        time(LEFT))),
                Set.of())
            .get(0);
    assertEquals(new UsbTree(List.of(in)).devices().get(0).passport(), stay.device().passport());
    assertFalse(stay.isIn());
    assertEquals(Optional.of(CAME.minusSeconds(86_400)), stay.first());
    assertEquals(Optional.of(CAME), stay.came());
    assertEquals(Optional.of(LEFT), stay.left());
  }

  @Test
  void windows_7_knows_the_first_time_only() {
    Stay stay =
        WindowsUsbHistory.of(
                List.of(stick(DeviceKey.FIRST_INSTALLED, time(CAME))),
                Set.of(STICK.toLowerCase(Locale.ROOT)))
            .get(0);
    assertTrue(stay.isIn());
    assertEquals(Optional.of(CAME), stay.came());
    assertEquals(Optional.empty(), stay.left());
  }

  @Test
  void functions_of_one_that_is_out_are_those_of_its_container() {
    DeviceValue container =
        new DeviceValue(
            DeviceValue.GUID,
            DeviceKey.bytes(UUID.fromString("6b29fc40-ca47-1067-b31d-00dd010662da")));
    DeviceValue another =
        new DeviceValue(
            DeviceValue.GUID,
            DeviceKey.bytes(UUID.fromString("6b29fc40-ca47-1067-b31d-00dd010662db")));
    List<DeviceNode> nodes =
        List.of(
            function("MI_01", "7&2D3E4F&0&0001", "USB\\Class_03&SubClass_01&Prot_01", container),
            function("MI_00", "7&2D3E4F&0&0000", "USB\\Class_08&SubClass_06&Prot_62", container),
            function("MI_00", "7&99&0&0000", "USB\\Class_02&SubClass_06&Prot_62", another),
            node("USB\\VID_1532&PID_0001\\X1", "", DeviceKey.CONTAINER, container));
    List<Stay> stays = WindowsUsbHistory.of(nodes, Set.of());
    assertEquals(1, stays.size(), "functions are no devices");
    assertEquals(List.of("08/06/62", "03/01/01"), stays.get(0).device().interfaces());
  }

  private static DeviceNode function(
      String number, String instance, String kind, DeviceValue container) {
    return node(
        "USB\\VID_1532&PID_0001&" + number + "\\" + instance,
        "",
        DeviceKey.COMPATIBLE_IDS,
        list(kind),
        DeviceKey.CONTAINER,
        container);
  }

  @Test
  @EnabledOnOs(OS.WINDOWS)
  void what_the_tree_keeps_of_a_device_that_is_out_is_read() throws IOException {
    assumeTrue(WindowsVersion.isWine(), "nobody but the system may write to a real tree");
    String node = "System\\CurrentControlSet\\Enum\\" + STICK;
    String dates = node + "\\Properties\\{83da6326-97a6-4088-9453-a1923f573b29}";
    Advapi32Util.registryCreateKey(WinReg.HKEY_LOCAL_MACHINE, node);
    Advapi32Util.registrySetStringValue(
        WinReg.HKEY_LOCAL_MACHINE, node, "ClassGUID", "{36fc9e60-c465-11cf-8056-444553540000}");
    try {
      property(dates + "\\0066", CAME);
      property(dates + "\\0067", LEFT);
      Stay stay =
          new WindowsUsbHistory()
              .stays().stream()
                  .filter(each -> each.device().serial().equals("4C530001"))
                  .findFirst()
                  .orElseThrow();
      // Wine calls whatever it lists present, so whether it is in cannot be seen there.
      assertEquals("0781", stay.device().vendorId());
      assertEquals(Optional.of(CAME), stay.came());
      assertEquals(Optional.of(LEFT), stay.left());
    } finally {
      TestKey.deleteWhole(
          WinReg.HKEY_LOCAL_MACHINE, "System\\CurrentControlSet\\Enum\\USB\\VID_0781&PID_5567");
    }
  }

  /** As Wine keeps a property: its type in the value's own. */
  private static void property(String key, Instant time) {
    Advapi32Util.registryCreateKey(WinReg.HKEY_LOCAL_MACHINE, key);
    WinReg.HKEYByReference open = new WinReg.HKEYByReference();
    assertEquals(
        0,
        Advapi32.INSTANCE.RegOpenKeyEx(WinReg.HKEY_LOCAL_MACHINE, key, 0, WinNT.KEY_WRITE, open));
    byte[] value = steps(time);
    assertEquals(
        0,
        Advapi32.INSTANCE.RegSetValueEx(
            open.getValue(), "", 0, 0xffff0000 | DeviceValue.FILETIME, value, value.length));
    Advapi32.INSTANCE.RegCloseKey(open.getValue());
  }
}
