package io.waybillguard.agent.platform.windows;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.win32.StdCallLibrary;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The processes there are, in one look (tlhelp32.h, PROCESSENTRY32W). */
final class Toolhelp {
  static final int SIZE = 568;
  static final int PID = 8;
  static final int PARENT = 32;
  static final int NAME = 44;

  private static final int MOST_NAME = (SIZE - NAME) / 2;
  private static final int TH32CS_SNAPPROCESS = 2;
  private static final int PROCESS_QUERY_LIMITED_INFORMATION = 0x1000;
  private static final int LONGEST_PATH = 32_768;
  private static final int ERROR_NO_MORE_FILES = 18;

  /** {@code kernel32.dll}, as far as it tells of processes. */
  interface Kernel extends StdCallLibrary {
    Pointer CreateToolhelp32Snapshot(int flags, int pid);

    boolean Process32FirstW(Pointer snapshot, Memory entry);

    boolean Process32NextW(Pointer snapshot, Memory entry);

    @Nullable Pointer OpenProcess(int access, boolean inherit, int pid);

    boolean QueryFullProcessImageNameW(
        Pointer process, int flags, Memory name, IntByReference length);

    boolean CloseHandle(Pointer handle);
  }

  /**
   * A process in a snapshot.
   *
   * @param name of its program, without folder
   */
  record Entry(long pid, long parent, String name) {
    /** Whether it is the same process, or a later one that looks the same. */
    boolean isSame(Entry other) {
      return pid == other.pid && parent == other.parent && name.equalsIgnoreCase(other.name);
    }

    /** Reads one; {@code bytes} is as long as the structure. */
    static Entry of(byte[] bytes) {
      java.nio.ByteBuffer entry =
          java.nio.ByteBuffer.wrap(bytes).order(java.nio.ByteOrder.LITTLE_ENDIAN);
      String name = new String(bytes, NAME, MOST_NAME * 2, StandardCharsets.UTF_16LE);
      int end = name.indexOf('\0');
      return new Entry(
          entry.getInt(PID) & 0xffffffffL,
          entry.getInt(PARENT) & 0xffffffffL,
          end < 0 ? name : name.substring(0, end));
    }
  }

  private final Kernel kernel;

  Toolhelp(Libraries libraries) {
    kernel = libraries.load("kernel32", Kernel.class);
  }

  /**
   * All that run now.
   *
   * @throws IOException if the system does not tell
   */
  List<Entry> processes() throws IOException {
    Pointer snapshot = kernel.CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
    if (Pointer.nativeValue(snapshot) == -1) {
      throw Win32.failure("CreateToolhelp32Snapshot", "processes cannot be listed");
    }
    List<Entry> all = new ArrayList<>();
    try (Memory entry = new Memory(SIZE)) {
      entry.clear();
      entry.setInt(0, SIZE);
      String call = "Process32First";
      boolean there = kernel.Process32FirstW(snapshot, entry);
      while (there) {
        all.add(Entry.of(entry.getByteArray(0, SIZE)));
        call = "Process32Next";
        there = kernel.Process32NextW(snapshot, entry);
      }
      int error = Native.getLastError();
      if (error != ERROR_NO_MORE_FILES) { // half a list would tell of ends and starts that are none
        throw Win32.failure(call, "processes cannot be listed", error);
      }
      return all;
    } finally {
      kernel.CloseHandle(snapshot);
    }
  }

  /** The path of a process's program; "" when it has ended, or may not be asked. */
  String path(long pid) {
    Pointer process = kernel.OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, false, (int) pid);
    if (process == null) {
      return "";
    }
    try (Memory name = new Memory(LONGEST_PATH * 2L)) {
      IntByReference length = new IntByReference(LONGEST_PATH);
      return kernel.QueryFullProcessImageNameW(process, 0, name, length)
          ? new String(name.getByteArray(0, length.getValue() * 2), StandardCharsets.UTF_16LE)
          : "";
    } finally {
      kernel.CloseHandle(process);
    }
  }
}
