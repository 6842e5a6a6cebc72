package io.waybillguard.agent.platform.windows;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import com.sun.jna.WString;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;
import com.sun.jna.win32.StdCallLibrary;
import io.waybillguard.agent.platform.shared.KernelFiles;
import io.waybillguard.agent.platform.shared.LongPath;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Handles of all processes, by ntdll, and the names of the files behind them.
 *
 * <p>Limit: any question about another process's handle may never come back
 * (microsoft/PowerToys#22806, winsiderss/systeminformer#460), and no thread can be called back from
 * there. So only a program that may be killed asks: {@link OpenFileLook}.
 */
public final class OpenHandles implements OpenFileLook.Machine {
  static final int EXTENDED_HANDLE_INFORMATION = 64;
  static final int STATUS_INFO_LENGTH_MISMATCH = 0xC0000004;
  static final int PROCESS_DUP_HANDLE = 0x40;
  static final int DUPLICATE_SAME_ACCESS = 2;
  static final int FILE_TYPE_DISK = 1;
  static final int VOLUME_NAME_DOS = 0;

  private static final int FIRST_ROOM = 1 << 20;

  /** 1.6 million handles; a machine with as many has other sorrows. */
  private static final int MOST_ROOM = 64 << 20;

  private static final int LONGEST_PATH = 32_768;

  /** {@code ntdll.dll}. */
  interface Ntdll extends StdCallLibrary {
    int NtQuerySystemInformation(int what, Memory information, int size, IntByReference needed);
  }

  /** {@code kernel32.dll}, as far as it tells of others' handles. */
  interface Kernel extends KernelFiles {
    @Nullable Pointer OpenProcess(int access, boolean inherit, int pid);

    Pointer GetCurrentProcess();

    boolean DuplicateHandle(
        Pointer from,
        Pointer handle,
        Pointer to,
        PointerByReference copy,
        int access,
        boolean inherit,
        int options);

    int GetFileType(Pointer file);

    int GetFinalPathNameByHandleW(Pointer file, Memory name, int characters, int flags);
  }

  private final Ntdll ntdll;
  private final Kernel kernel;
  private final Pointer ownFile;
  private final Memory name = new Memory(LONGEST_PATH * 2L);
  private Memory table = new Memory(FIRST_ROOM);

  /**
   * @throws IOException if a file of our own cannot be opened: by it the system's number for files
   *     is learned
   */
  OpenHandles(Libraries libraries) throws IOException {
    ntdll = libraries.load("ntdll", Ntdll.class);
    kernel = libraries.load("kernel32", Kernel.class);
    String file = Path.of(System.getProperty("java.home"), "bin", "java.exe").toString();
    this.ownFile =
        kernel.CreateFileW(
            new WString(file),
            HandleTable.FILE_READ_DATA,
            KernelFiles.SHARE_ALL,
            null,
            KernelFiles.OPEN_EXISTING,
            0,
            null);
    if (Pointer.nativeValue(ownFile) == -1) {
      throw Win32.failure("CreateFile", "cannot open " + file);
    }
  }

  @Override
  public long ownFile() {
    return Pointer.nativeValue(ownFile);
  }

  @Override
  public ByteBuffer handles() throws IOException {
    IntByReference needed = new IntByReference();
    int status = ask(needed);
    while (status == STATUS_INFO_LENGTH_MISMATCH && table.size() < MOST_ROOM) {
      // There may be more by the time it is asked again.
      table = new Memory(Math.min(MOST_ROOM, Math.max(table.size() * 2, needed.getValue())));
      status = ask(needed);
    }
    if (status == STATUS_INFO_LENGTH_MISMATCH) {
      long most = (table.size() - HandleTable.FIRST) / HandleTable.SIZE;
      throw Win32.refused(
          "NtQuerySystemInformation",
          "more handles are open than the " + most + " that are looked through",
          status);
    }
    if (status != 0) {
      throw Win32.refused(
          "NtQuerySystemInformation", "the system's handles cannot be listed", status);
    }
    return table.getByteBuffer(0, table.size()).order(ByteOrder.LITTLE_ENDIAN);
  }

  private int ask(IntByReference needed) {
    return ntdll.NtQuerySystemInformation(
        EXTENDED_HANDLE_INFORMATION, table, (int) table.size(), needed);
  }

  @Override
  public Optional<OpenFileLook.Holder> holder(long pid) {
    Pointer process = kernel.OpenProcess(PROCESS_DUP_HANDLE, false, (int) pid);
    return process == null ? Optional.empty() : Optional.of(new Holder(process));
  }

  private final class Holder implements OpenFileLook.Holder {
    private final Pointer process;

    Holder(Pointer process) {
      this.process = process;
    }

    @Override
    public String file(long handle) {
      PointerByReference copy = new PointerByReference();
      if (!kernel.DuplicateHandle(
          process,
          new Pointer(handle),
          kernel.GetCurrentProcess(),
          copy,
          0,
          false,
          DUPLICATE_SAME_ACCESS)) {
        return ""; // closed since, or one that cannot be copied
      }
      try {
        return kernel.GetFileType(copy.getValue()) == FILE_TYPE_DISK ? path(copy.getValue()) : "";
      } finally {
        kernel.CloseHandle(copy.getValue());
      }
    }

    private String path(Pointer file) {
      int length = kernel.GetFinalPathNameByHandleW(file, name, LONGEST_PATH, VOLUME_NAME_DOS);
      return length > 0 && length < LONGEST_PATH
          ? LongPath.plain(new String(name.getByteArray(0, length * 2), StandardCharsets.UTF_16LE))
          : ""; // on no drive with a letter, or a pipe after all
    }

    @Override
    public void close() {
      kernel.CloseHandle(process);
    }
  }
}
