package io.waybillguard.agent.platform.windows;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.jna.ptr.IntByReference;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

final class OpenHandlesTest {
  private static final String ENTRY = "SYSTEM_HANDLE_TABLE_ENTRY_INFO_EX";

  @Test
  void whatWeWroteDownIsWhatTheHeadersSay() {
    Layouts headers = Layouts.ofHeaders();
    assertEquals(headers.offset("SYSTEM_HANDLE_INFORMATION_EX.NumberOfHandles"), HandleTable.COUNT);
    assertEquals(headers.offset("SYSTEM_HANDLE_INFORMATION_EX.Handles"), HandleTable.FIRST);
    assertEquals(headers.size(ENTRY), HandleTable.SIZE);
    assertEquals(headers.offset(ENTRY + ".Object"), HandleTable.OBJECT);
    assertEquals(headers.offset(ENTRY + ".UniqueProcessId"), HandleTable.PID);
    assertEquals(headers.offset(ENTRY + ".HandleValue"), HandleTable.HANDLE);
    assertEquals(headers.offset(ENTRY + ".GrantedAccess"), HandleTable.ACCESS);
    assertEquals(headers.offset(ENTRY + ".ObjectTypeIndex"), HandleTable.TYPE);
    assertEquals(headers.value("FILE_READ_DATA"), HandleTable.FILE_READ_DATA);
    assertEquals(headers.value("FILE_WRITE_DATA"), HandleTable.FILE_WRITE_DATA);
    assertEquals(headers.value("FILE_APPEND_DATA"), HandleTable.FILE_APPEND_DATA);
    assertEquals(
        headers.value("SystemExtendedHandleInformation"), OpenHandles.EXTENDED_HANDLE_INFORMATION);
    assertEquals(
        headers.value("STATUS_INFO_LENGTH_MISMATCH"), OpenHandles.STATUS_INFO_LENGTH_MISMATCH);
    assertEquals(headers.value("PROCESS_DUP_HANDLE"), OpenHandles.PROCESS_DUP_HANDLE);
    assertEquals(headers.value("DUPLICATE_SAME_ACCESS"), OpenHandles.DUPLICATE_SAME_ACCESS);
    assertEquals(headers.value("FILE_TYPE_DISK"), OpenHandles.FILE_TYPE_DISK);
    assertEquals(headers.value("VOLUME_NAME_DOS"), OpenHandles.VOLUME_NAME_DOS);
  }

  @Test
  void aTableThatIsLargerThanItsRoomIsAskedForAgainAndAnErrorIsTold() throws IOException {
    List<Integer> rooms = new ArrayList<>();
    OpenHandles grows =
        new OpenHandles(
            new WindowsByHand()
                .answering(
                    "NtQuerySystemInformation",
                    a -> {
                      rooms.add((int) a[2]);
                      ((IntByReference) a[3]).setValue(5 << 20);
                      return rooms.size() < 3 ? OpenHandles.STATUS_INFO_LENGTH_MISMATCH : 0;
                    }));
    assertEquals(10 << 20, grows.handles().limit());
    assertEquals(List.of(1 << 20, 5 << 20, 10 << 20), rooms);
    OpenHandles refused =
        new OpenHandles(new WindowsByHand().answering("NtQuerySystemInformation", a -> 0xC0000022));
    String told = String.valueOf(assertThrows(IOException.class, refused::handles).getMessage());
    assertTrue(told.endsWith("status 0xc0000022"), told);
  }

  @Test
  void moreHandlesThanThereIsRoomForAreAFailureThatSaysHowMany() throws IOException {
    OpenHandles full =
        new OpenHandles(
            new WindowsByHand()
                .answering(
                    "NtQuerySystemInformation",
                    a -> {
                      ((IntByReference) a[3]).setValue(100 << 20);
                      return OpenHandles.STATUS_INFO_LENGTH_MISMATCH;
                    }));
    String told = String.valueOf(assertThrows(IOException.class, full::handles).getMessage());
    assertTrue(told.startsWith("more handles are open than the 1677721 that"), told);
  }

  @Test
  @EnabledOnOs(OS.WINDOWS)
  void thisProcesssOwnFileIsAmongTheHandlesAndAnotherMayNotBeAskedWhenItIsNotThere()
      throws IOException {
    OpenHandles here = new OpenHandles(Libraries.HERE);
    HandleTable table = new HandleTable(here.handles());
    OptionalInt type = table.typeOf(ProcessHandle.current().pid(), here.ownFile());
    assertTrue(type.isPresent());
    assertTrue(table.count() > 10);
    assertTrue(here.holder(0x7ffffff0).isEmpty());
    try (OpenFileLook.Holder self = here.holder(ProcessHandle.current().pid()).orElseThrow()) {
      assertTrue(self.file(here.ownFile()).endsWith("java.exe"));
      assertEquals("", self.file(0x7ffffff0));
      assertEquals("", self.file(0));
    }
  }
}
