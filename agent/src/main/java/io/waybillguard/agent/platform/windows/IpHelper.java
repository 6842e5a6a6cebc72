package io.waybillguard.agent.platform.windows;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.win32.StdCallLibrary;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * TCP connections and their counts through {@code iphlpapi} (iphlpapi.h, tcpestats.h). The result
 * of each function is the error itself.
 */
final class IpHelper implements WindowsSockets.Connections {
  static final int COUNTS_SIZE = 96;
  static final int BYTES_OUT = 0;
  static final int BYTES_IN = 16;

  private static final int AF_INET = 2;
  private static final int AF_INET6 = 23;
  private static final int TCP_TABLE_OWNER_MODULE_ALL = 8;
  private static final int TRIES = 5;
  private static final int COUNTS_OF_DATA = 1; // TcpConnectionEstatsData

  /**
   * {@code iphlpapi.dll}. Some systems lack some of these: each is looked for when it is called.
   */
  interface Api extends StdCallLibrary {
    int GetExtendedTcpTable(
        @Nullable Memory table,
        IntByReference size,
        boolean order,
        int family,
        int tableClass,
        int reserved);

    int SetPerTcpConnectionEStats(
        Memory row, int kind, Memory settings, int version, int size, int offset);

    int SetPerTcp6ConnectionEStats(
        Memory row, int kind, Memory settings, int version, int size, int offset);

    int GetPerTcpConnectionEStats(
        Memory row,
        int kind,
        @Nullable Pointer settings,
        int settingsVersion,
        int settingsSize,
        @Nullable Pointer fixed,
        int fixedVersion,
        int fixedSize,
        Memory counts,
        int version,
        int size);

    int GetPerTcp6ConnectionEStats(
        Memory row,
        int kind,
        @Nullable Pointer settings,
        int settingsVersion,
        int settingsSize,
        @Nullable Pointer fixed,
        int fixedVersion,
        int fixedSize,
        Memory counts,
        int version,
        int size);
  }

  private final Api api;

  IpHelper(Libraries libraries) {
    api = libraries.load("iphlpapi", Api.class);
  }

  @Override
  public List<TcpRow> list() throws IOException {
    List<TcpRow> all = new ArrayList<>();
    all.addAll(TcpRow.all(table(AF_INET), TcpRow.Layout.V4));
    all.addAll(TcpRow.all(table(AF_INET6), TcpRow.Layout.V6));
    return all;
  }

  /** The table may grow between two calls. */
  private byte[] table(int family) throws IOException {
    IntByReference size = new IntByReference(32 << 10);
    int error = Win32.ERROR_INSUFFICIENT_BUFFER;
    for (int i = 0; i < TRIES && error == Win32.ERROR_INSUFFICIENT_BUFFER; i++) {
      int room = size.getValue() + size.getValue() / 5;
      try (Memory table = new Memory(room)) {
        size.setValue(room);
        error = api.GetExtendedTcpTable(table, size, false, family, TCP_TABLE_OWNER_MODULE_ALL, 0);
        if (error == 0) {
          return table.getByteArray(0, Math.min(room, size.getValue()));
        }
      }
    }
    throw Win32.failure("GetExtendedTcpTable", "the table of TCP connections is not told", error);
  }

  @Override
  public String cannotCount() {
    try {
      // Of no connection: a system that can count says that there is none.
      int error = begin(new byte[TcpRow.ASKED_SIZE]);
      if (error == Win32.ERROR_ACCESS_DENIED) {
        return Win32.word("SetPerTcpConnectionEStats", error)
            + "; run the agent as a service of LocalSystem";
      }
      if (error != 0 && error != Win32.ERROR_NOT_FOUND) {
        return "this system does not count: " + Win32.word("SetPerTcpConnectionEStats", error);
      }
      Optional<WindowsSockets.Counts> unused = read(new byte[TcpRow.ASKED_SIZE]);
      return "";
    } catch (LinkageError e) {
      return "this system has no counts: " + e.getMessage();
    }
  }

  @Override
  public boolean count(TcpRow row) {
    return begin(row.asked()) == 0;
  }

  private int begin(byte[] asked) {
    try (Memory row = NativeMemory.of(asked);
        Memory on = new Memory(1)) {
      on.setByte(0, (byte) 1);
      return asked.length == TcpRow.ASKED_SIZE
          ? api.SetPerTcpConnectionEStats(row, COUNTS_OF_DATA, on, 0, 1, 0)
          : api.SetPerTcp6ConnectionEStats(row, COUNTS_OF_DATA, on, 0, 1, 0);
    }
  }

  @Override
  public Optional<WindowsSockets.Counts> counts(TcpRow row) {
    return read(row.asked());
  }

  private Optional<WindowsSockets.Counts> read(byte[] asked) {
    try (Memory row = NativeMemory.of(asked);
        Memory counts = new Memory(COUNTS_SIZE)) {
      counts.clear();
      int error =
          asked.length == TcpRow.ASKED_SIZE
              ? api.GetPerTcpConnectionEStats(
                  row, COUNTS_OF_DATA, null, 0, 0, null, 0, 0, counts, 0, COUNTS_SIZE)
              : api.GetPerTcp6ConnectionEStats(
                  row, COUNTS_OF_DATA, null, 0, 0, null, 0, 0, counts, 0, COUNTS_SIZE);
      return error == 0
          ? Optional.of(
              new WindowsSockets.Counts(counts.getLong(BYTES_OUT), counts.getLong(BYTES_IN)))
          : Optional.empty();
    }
  }
}
