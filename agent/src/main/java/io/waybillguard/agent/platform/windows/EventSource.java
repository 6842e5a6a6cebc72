package io.waybillguard.agent.platform.windows;

import com.sun.jna.platform.win32.Advapi32;
import com.sun.jna.platform.win32.WinNT;
import com.sun.jna.platform.win32.WinReg;
import com.sun.jna.platform.win32.WinReg.HKEY;
import com.sun.jna.platform.win32.WinReg.HKEYByReference;
import com.sun.jna.ptr.IntByReference;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * The name under which Windows' own log of applications knows the service, so that what is written
 * there is shown as a sentence and not as a complaint about a missing description.
 */
final class EventSource {
  private static final String LOG = "SYSTEM\\CurrentControlSet\\Services\\EventLog\\Application";

  /**
   * Every Windows has this program, whose messages 1 to 1000 are what was written and nothing else
   * ({@code eventcreate /ID}, Microsoft's documentation of the command).
   */
  static final String MESSAGES = "%SystemRoot%\\System32\\EventCreate.exe";

  /** winnt.h: EVENTLOG_ERROR_TYPE, _WARNING_TYPE, _INFORMATION_TYPE. */
  static final int TYPES = 1 | 2 | 4;

  private final Advapi32 advapi;

  EventSource(Libraries libraries) {
    advapi = libraries.load("advapi32", Advapi32.class);
  }

  /** Makes it known; safe to repeat. */
  void register(String name) throws IOException {
    String what = "cannot register the event source " + name;
    HKEYByReference made = new HKEYByReference();
    check(
        "RegCreateKeyEx",
        advapi.RegCreateKeyEx(
            WinReg.HKEY_LOCAL_MACHINE,
            LOG + '\\' + name,
            0,
            null,
            0,
            WinNT.KEY_SET_VALUE,
            null,
            made,
            new IntByReference()),
        what);
    HKEY key = made.getValue();
    try {
      byte[] messages = (MESSAGES + '\0').getBytes(StandardCharsets.UTF_16LE);
      check(
          "RegSetValueEx",
          advapi.RegSetValueEx(
              key, "EventMessageFile", 0, WinNT.REG_EXPAND_SZ, messages, messages.length),
          what);
      byte[] types =
          ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt(TYPES).array();
      check(
          "RegSetValueEx",
          advapi.RegSetValueEx(key, "TypesSupported", 0, WinNT.REG_DWORD, types, types.length),
          what);
    } finally {
      advapi.RegCloseKey(key);
    }
  }

  /** Takes it away, where there is one. */
  void forget(String name) throws IOException {
    int error = advapi.RegDeleteKey(WinReg.HKEY_LOCAL_MACHINE, LOG + '\\' + name);
    if (error != Win32.ERROR_FILE_NOT_FOUND) {
      check("RegDeleteKey", error, "cannot remove the event source " + name);
    }
  }

  private static void check(String call, int error, String what) throws IOException {
    if (error != Win32.ERROR_SUCCESS) {
      throw Win32.failure(call, what, error);
    }
  }
}
