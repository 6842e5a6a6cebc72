package io.waybillguard.agent.platform.windows;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.platform.win32.Advapi32;
import com.sun.jna.platform.win32.Kernel32;
import com.sun.jna.platform.win32.WinNT;
import com.sun.jna.platform.win32.WinNT.HANDLE;
import com.sun.jna.platform.win32.WinNT.HANDLEByReference;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.win32.StdCallLibrary;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which of the rights that the sensors use this process has. */
public final class WindowsRights {
  // winnt.h: TOKEN_INFORMATION_CLASS
  static final int TOKEN_PRIVILEGES = 3;
  static final int TOKEN_ELEVATION = 20;

  /** TOKEN_PRIVILEGES: a count, then rows of LUID and attributes. */
  static final int PRIVILEGES_FIRST = 4;

  static final int PRIVILEGE_SIZE = 12;

  /**
   * Held by the service and by an administrator's elevated command alike (winnt.h: SE_..._NAME).
   */
  private static final List<String> USED =
      List.of(
          "SeDebugPrivilege", // to tell what other accounts' processes run
          "SeBackupPrivilege", // to read files whatever their access list says
          "SeSecurityPrivilege"); // to read the security log

  /** GetTokenInformation for plain memory; jna-platform has it for structures only. */
  interface Tokens extends StdCallLibrary {
    boolean GetTokenInformation(
        HANDLE token, int kind, @Nullable Pointer info, int room, IntByReference needed);

    boolean LookupPrivilegeName(
        @Nullable String system, Pointer luid, char[] name, IntByReference length);
  }

  private final Tokens tokens;
  private final Advapi32 advapi;
  private final Kernel32 kernel;

  public WindowsRights() {
    this(Libraries.HERE);
  }

  WindowsRights(Libraries libraries) {
    tokens = libraries.load("advapi32", Tokens.class);
    advapi = libraries.load("advapi32", Advapi32.class);
    kernel = libraries.load("kernel32", Kernel32.class);
  }

  /**
   * What is missing, such as {@code SeDebugPrivilege}; empty when all is there.
   *
   * @throws IOException if the system does not tell
   */
  public List<String> missing() throws IOException {
    HANDLEByReference opened = new HANDLEByReference();
    if (!advapi.OpenProcessToken(kernel.GetCurrentProcess(), WinNT.TOKEN_QUERY, opened)) {
      throw Win32.failure("OpenProcessToken", "cannot open this process's token");
    }
    try {
      List<String> missing = new ArrayList<>();
      if (!isElevated(opened.getValue())) {
        missing.add("elevation");
      }
      missing.addAll(USED);
      missing.removeAll(held(opened.getValue()));
      return missing;
    } finally {
      kernel.CloseHandle(opened.getValue());
    }
  }

  private boolean isElevated(HANDLE token) throws IOException {
    try (Memory info = new Memory(Integer.BYTES)) {
      if (!tokens.GetTokenInformation(
          token, TOKEN_ELEVATION, info, Integer.BYTES, new IntByReference())) {
        throw Win32.failure("GetTokenInformation", "cannot ask whether this process is elevated");
      }
      return info.getInt(0) != 0;
    }
  }

  /** Held, whether switched on at the moment or not: who uses one switches it on. */
  private List<String> held(HANDLE token) throws IOException {
    IntByReference needed = new IntByReference();
    if (!tokens.GetTokenInformation(token, TOKEN_PRIVILEGES, null, 0, needed)
        && Native.getLastError() != Win32.ERROR_INSUFFICIENT_BUFFER) {
      throw Win32.failure("GetTokenInformation", "cannot ask for this process's privileges");
    }
    try (Memory info = new Memory(Math.max(PRIVILEGES_FIRST, needed.getValue()))) {
      if (!tokens.GetTokenInformation(token, TOKEN_PRIVILEGES, info, (int) info.size(), needed)) {
        throw Win32.failure("GetTokenInformation", "cannot ask for this process's privileges");
      }
      List<String> names = new ArrayList<>();
      for (int i = 0; i < info.getInt(0); i++) {
        names.add(name(info.share(PRIVILEGES_FIRST + (long) i * PRIVILEGE_SIZE)));
      }
      return names;
    }
  }

  private String name(Pointer luid) throws IOException {
    char[] name = new char[128];
    IntByReference length = new IntByReference(name.length);
    if (!tokens.LookupPrivilegeName(null, luid, name, length)) {
      throw Win32.failure("LookupPrivilegeName", "cannot ask for the name of a privilege");
    }
    return new String(name, 0, length.getValue());
  }
}
