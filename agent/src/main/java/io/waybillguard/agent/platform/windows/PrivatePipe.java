package io.waybillguard.agent.platform.windows;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import com.sun.jna.WString;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.win32.StdCallLibrary;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * A pipe between this process and one process of another account, which opens it by its name. Its
 * access list lets in LocalSystem and that account only, nobody from the network, and one process
 * only; that it is the right one is asked of the system before a byte goes either way. One thread;
 * nothing here waits for the other end.
 */
final class PrivatePipe implements AutoCloseable {
  // winbase.h, namedpipeapi.h
  static final int PIPE_ACCESS_DUPLEX = 0x3;
  static final int FILE_FLAG_FIRST_PIPE_INSTANCE = 0x80000;
  static final int PIPE_TYPE_BYTE = 0x0;
  static final int PIPE_REJECT_REMOTE_CLIENTS = 0x8;

  /** SECURITY_ATTRIBUTES on x64 (minwinbase.h). */
  static final int ATTRIBUTES_SIZE = 24;

  static final int ATTRIBUTES_DESCRIPTOR = 8;

  private static final int ONE = 1;
  private static final int ROOM = 1 << 16;
  private static final int NAME_BYTES = 16;
  private static final String PREFIX = "\\\\.\\pipe\\waybill-guard-";
  private static final SecureRandom RANDOM = new SecureRandom();

  /** The functions of {@code kernel32.dll} for pipes. */
  interface Kernel extends StdCallLibrary {
    Pointer CreateNamedPipeW(
        WString name,
        int open,
        int mode,
        int instances,
        int outRoom,
        int inRoom,
        int timeout,
        Pointer security);

    boolean PeekNamedPipe(
        Pointer pipe,
        @Nullable Pointer into,
        int room,
        @Nullable IntByReference read,
        IntByReference available,
        @Nullable IntByReference left);

    boolean GetNamedPipeClientProcessId(Pointer pipe, IntByReference pid);

    boolean ReadFile(
        Pointer pipe, byte[] into, int length, IntByReference read, @Nullable Pointer overlapped);

    boolean WriteFile(
        Pointer pipe,
        byte[] bytes,
        int length,
        IntByReference written,
        @Nullable Pointer overlapped);
  }

  private final Kernel kernel;
  private final KernelMore more;
  private final String name;
  private final ByteArrayOutputStream unsent = new ByteArrayOutputStream();
  private @Nullable Pointer handle;
  private boolean isConnected;

  private PrivatePipe(Kernel kernel, KernelMore more, String name, Pointer handle) {
    this.kernel = kernel;
    this.more = more;
    this.name = name;
    this.handle = handle;
  }

  /**
   * Makes a pipe whose name nobody can guess.
   *
   * @param account the SID of the account that may open it besides LocalSystem
   * @throws IOException if the system makes none
   */
  static PrivatePipe of(Libraries libraries, String account) throws IOException {
    Kernel kernel = libraries.load("kernel32", Kernel.class);
    KernelMore more = libraries.load("kernel32", KernelMore.class);
    byte[] random = new byte[NAME_BYTES];
    RANDOM.nextBytes(random);
    String name = PREFIX + HexFormat.of().formatHex(random);
    try (AccessLists.Descriptor descriptor =
            new AccessLists(libraries).written(AccessLists.pipeFor(account), account);
        Memory security = new Memory(ATTRIBUTES_SIZE)) {
      security.clear();
      security.setInt(0, ATTRIBUTES_SIZE);
      security.setPointer(ATTRIBUTES_DESCRIPTOR, descriptor.raw());
      Pointer made =
          kernel.CreateNamedPipeW(
              new WString(name),
              PIPE_ACCESS_DUPLEX | FILE_FLAG_FIRST_PIPE_INSTANCE,
              PIPE_TYPE_BYTE | PIPE_REJECT_REMOTE_CLIENTS,
              ONE,
              ROOM,
              ROOM,
              0,
              security);
      if (Pointer.nativeValue(made) == -1) {
        throw Win32.failure("CreateNamedPipe", "cannot make a pipe for " + account);
      }
      return new PrivatePipe(kernel, more, name, made);
    }
  }

  /** What the other end opens. */
  String name() {
    return name;
  }

  /**
   * Sends, or keeps until the other end is opened. A line is far smaller than the pipe's room.
   *
   * @param pid whose the other end must be
   * @throws IOException if it is closed, or another process's
   */
  void write(byte[] bytes, long pid) throws IOException {
    unsent.writeBytes(bytes);
    send(pid);
  }

  /** Sends what was kept, if the other end is open by now; as {@link #write}. */
  void send(long pid) throws IOException {
    if (unsent.size() == 0 || !isOpen(pid)) {
      return;
    }
    byte[] all = unsent.toByteArray();
    unsent.reset();
    IntByReference written = new IntByReference();
    if (!kernel.WriteFile(handle(), all, all.length, written, null)) {
      throw Win32.failure("WriteFile", "the other end of the pipe takes nothing");
    }
  }

  /**
   * How much can be read at once; 0 also when the other end is not open, or not any more.
   *
   * @param pid whose the other end must be
   * @throws IOException if it is another process's
   */
  int available(long pid) throws IOException {
    return isOpen(pid) ? Math.max(0, waiting()) : 0;
  }

  /**
   * Reads what is {@link #available}.
   *
   * @return how many bytes, fewer than asked for at the most
   */
  int read(byte[] into, int length) throws IOException {
    IntByReference read = new IntByReference();
    if (!kernel.ReadFile(handle(), into, length, read, null)) {
      throw Win32.failure("ReadFile", "cannot read from the pipe");
    }
    return read.getValue();
  }

  private boolean isOpen(long pid) throws IOException {
    if (!isConnected && waiting() >= 0) {
      IntByReference client = new IntByReference();
      if (!kernel.GetNamedPipeClientProcessId(handle(), client)) {
        throw Win32.failure(
            "GetNamedPipeClientProcessId", "cannot ask whose the other end of the pipe is");
      }
      if (Integer.toUnsignedLong(client.getValue()) != pid) {
        throw new IOException(
            "process "
                + Integer.toUnsignedLong(client.getValue())
                + " opened the pipe that was meant for process "
                + pid);
      }
      isConnected = true;
    }
    return isConnected;
  }

  /** Bytes that wait; -1 while the other end is not open, or not any more. */
  private int waiting() {
    IntByReference available = new IntByReference();
    return kernel.PeekNamedPipe(handle(), null, 0, null, available, null)
        ? available.getValue()
        : -1;
  }

  private Pointer handle() {
    Pointer open = handle;
    if (open == null) {
      throw new IllegalStateException("the pipe is closed");
    }
    return open;
  }

  @Override
  public void close() {
    Pointer open = handle;
    handle = null;
    if (open != null) {
      more.CloseHandle(open);
    }
  }
}
