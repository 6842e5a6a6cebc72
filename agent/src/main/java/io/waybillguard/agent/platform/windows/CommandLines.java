package io.waybillguard.agent.platform.windows;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.win32.StdCallLibrary;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What other processes were started with, and in which folder they work, as they keep it
 * themselves: from the block of parameters that the process environment block points to (winternl.h
 * of mingw-w64: PROCESS_BASIC_INFORMATION, PEB, RTL_USER_PROCESS_PARAMETERS; x64 only). A process
 * may write there what it likes.
 *
 * <p>Limit: one that is protected may not be read, not even by the system's own account.
 */
final class CommandLines {
  static final int BASIC_SIZE = 48;
  static final int BASIC_PEB = 8;
  static final int PEB_PARAMETERS = 0x20;
  static final int PARAMETERS_COMMAND_LINE = 0x70;

  /**
   * CurrentDirectory.DosPath. Headers call this part reserved; ntrtl.h of phnt names it. It lies
   * there in every Windows of 64 bits, and in Wine.
   */
  static final int PARAMETERS_FOLDER = 0x38;

  static final int UNICODE_STRING_BUFFER = 8;

  static final int PROCESS_BASIC_INFORMATION = 0;
  static final int PROCESS_QUERY_INFORMATION = 0x0400;
  static final int PROCESS_VM_READ = 0x0010;

  /** {@code ntdll.dll}. */
  interface Ntdll extends StdCallLibrary {
    int NtQueryInformationProcess(
        Pointer process, int what, Memory information, int size, IntByReference length);
  }

  /** {@code kernel32.dll}, as far as it reads other processes. */
  interface Kernel extends StdCallLibrary {
    @Nullable Pointer OpenProcess(int access, boolean inherit, int pid);

    boolean ReadProcessMemory(
        Pointer process, Pointer at, Memory into, long size, @Nullable Pointer read);

    boolean CloseHandle(Pointer handle);
  }

  private final Ntdll ntdll;
  private final Kernel kernel;

  CommandLines(Libraries libraries) {
    ntdll = libraries.load("ntdll", Ntdll.class);
    kernel = libraries.load("kernel32", Kernel.class);
  }

  /** A process's command line; "" when it has ended, or may not be read. */
  String of(long pid) {
    return parameter(pid, PARAMETERS_COMMAND_LINE);
  }

  /** The folder in which a process works, as of now; "" when it has ended, or may not be read. */
  String folder(long pid) {
    return parameter(pid, PARAMETERS_FOLDER);
  }

  private String parameter(long pid, int which) {
    Pointer process =
        kernel.OpenProcess(PROCESS_QUERY_INFORMATION | PROCESS_VM_READ, false, (int) pid);
    if (process == null) {
      return "";
    }
    try (Memory basic = new Memory(BASIC_SIZE)) {
      int status =
          ntdll.NtQueryInformationProcess(
              process, PROCESS_BASIC_INFORMATION, basic, BASIC_SIZE, new IntByReference());
      long peb = status == 0 ? basic.getLong(BASIC_PEB) : 0;
      long parameters = peb == 0 ? 0 : pointer(process, peb + PEB_PARAMETERS);
      return parameters == 0 ? "" : string(process, parameters + which);
    } finally {
      kernel.CloseHandle(process);
    }
  }

  private long pointer(Pointer process, long at) {
    try (Memory pointer = new Memory(Long.BYTES)) {
      return read(process, at, pointer) ? pointer.getLong(0) : 0;
    }
  }

  /** A UNICODE_STRING: its length in bytes, its room, and where its characters are. */
  private String string(Pointer process, long at) {
    try (Memory length = new Memory(Short.BYTES)) {
      int bytes = read(process, at, length) ? Short.toUnsignedInt(length.getShort(0)) : 0;
      long characters = bytes == 0 ? 0 : pointer(process, at + UNICODE_STRING_BUFFER);
      if (characters == 0) {
        return "";
      }
      try (Memory text = new Memory(bytes)) {
        return read(process, characters, text)
            ? new String(text.getByteArray(0, bytes), StandardCharsets.UTF_16LE)
            : "";
      }
    }
  }

  private boolean read(Pointer process, long at, Memory into) {
    return kernel.ReadProcessMemory(process, new Pointer(at), into, into.size(), null);
  }
}
