package io.waybillguard.agent.platform.windows;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * One connection in the tables of iphlpapi (iprtrmib.h, tcpmib.h: MIB_TCPROW_OWNER_MODULE and
 * MIB_TCP6ROW_OWNER_MODULE). Ports are in the order of the network, in the lower half of a number.
 *
 * @param pid whose it is; 0 when nobody's any more, or the system does not tell
 * @param created when it was made, in the system's own time; 0 when it does not tell
 */
record TcpRow(
    int state,
    InetAddress local,
    int localPort,
    InetAddress remote,
    int remotePort,
    long pid,
    long created) {
  static final int LISTEN = 2;
  static final int ESTABLISHED = 5;

  /** Where the rows begin, and where their fields are. */
  enum Layout {
    V4(160, 0, 4, 8, 12, 16, 20, 24, 4),
    V6(192, 48, 0, 20, 24, 44, 52, 56, 16);

    static final int TABLE = 8;

    final int size;
    final int state;
    final int local;
    final int localPort;
    final int remote;
    final int remotePort;
    final int pid;
    final int created;
    final int addressLength;

    Layout(
        int size,
        int state,
        int local,
        int localPort,
        int remote,
        int remotePort,
        int pid,
        int created,
        int addressLength) {
      this.size = size;
      this.state = state;
      this.local = local;
      this.localPort = localPort;
      this.remote = remote;
      this.remotePort = remotePort;
      this.pid = pid;
      this.created = created;
      this.addressLength = addressLength;
    }
  }

  /** MIB_TCPROW and MIB_TCP6ROW, by which the counts of one connection are asked for. */
  static final int ASKED_SIZE = 20;

  static final int ASKED_SIZE_6 = 52;

  /** Reads a table; rows that are cut off are left out. */
  static List<TcpRow> all(byte[] table, Layout layout) {
    ByteBuffer buffer = ByteBuffer.wrap(table).order(ByteOrder.LITTLE_ENDIAN);
    List<TcpRow> all = new ArrayList<>();
    long count = table.length < Layout.TABLE ? 0 : buffer.getInt(0) & 0xffffffffL;
    for (long i = 0; i < count; i++) {
      long at = Layout.TABLE + i * layout.size;
      if (at + layout.size > table.length) {
        break;
      }
      all.add(read(buffer, (int) at, layout));
    }
    return all;
  }

  private static TcpRow read(ByteBuffer buffer, int at, Layout layout) {
    return new TcpRow(
        buffer.getInt(at + layout.state),
        address(buffer, at + layout.local, layout.addressLength),
        port(buffer, at + layout.localPort),
        address(buffer, at + layout.remote, layout.addressLength),
        port(buffer, at + layout.remotePort),
        buffer.getInt(at + layout.pid) & 0xffffffffL,
        buffer.getLong(at + layout.created));
  }

  private static int port(ByteBuffer buffer, int at) {
    return Short.toUnsignedInt(Short.reverseBytes(buffer.getShort(at)));
  }

  /** One of IPv4 within IPv6 becomes what it is. */
  private static InetAddress address(ByteBuffer buffer, int at, int length) {
    byte[] address = new byte[length];
    buffer.get(at, address);
    try {
      return InetAddress.getByAddress(address);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address of " + length + " bytes", e);
    }
  }

  /** Whether it never leaves this machine. */
  boolean isLocal() {
    return remote.isLoopbackAddress() || remote.equals(local);
  }

  /** The row by which its counts are asked for. */
  byte[] asked() {
    boolean wide = local.getAddress().length == 16;
    ByteBuffer row =
        ByteBuffer.allocate(wide ? ASKED_SIZE_6 : ASKED_SIZE).order(ByteOrder.LITTLE_ENDIAN);
    row.putInt(state);
    end(row, local, localPort, wide);
    end(row, remote, remotePort, wide);
    return row.array();
  }

  private static void end(ByteBuffer row, InetAddress address, int port, boolean wide) {
    row.put(address.getAddress());
    if (wide) {
      row.putInt(0); // the scope, which only addresses of one link have
    }
    row.putShort(Short.reverseBytes((short) port)).putShort((short) 0);
  }
}
