package io.waybillguard.agent.platform.linux;

import io.waybillguard.agent.platform.RemoteSigns.Endpoint;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * The text of {@code /proc/net/tcp} and {@code /proc/net/tcp6}: proc_pid_net(5), kernel {@code
 * net/ipv4/tcp_ipv4.c}, {@code tcp4_seq_show}. It shows the sockets of this network namespace only.
 */
final class TcpTable {
  // net/tcp_states.h
  private static final int ESTABLISHED = 1;
  private static final int LISTEN = 10;

  // Fields of a line, counted from 0 and split at white space.
  private static final int LOCAL = 1;
  private static final int REMOTE = 2;
  private static final int STATE = 3;
  private static final int UID = 7;
  private static final int INODE = 9;

  private TcpTable() {}

  /** One socket. */
  record Row(Endpoint local, Endpoint remote, int state, long uid, long inode) {
    boolean isListening() {
      return state == LISTEN;
    }

    boolean isEstablished() {
      return state == ESTABLISHED;
    }
  }

  /**
   * @throws IOException if a line is not as described there; names the line
   */
  static List<Row> parse(String table) throws IOException {
    List<Row> rows = new ArrayList<>();
    for (String line : table.split("\n")) {
      String[] fields = line.strip().split("\\s+");
      if (fields.length <= INODE || fields[0].equals("sl")) {
        continue; // the heading, or the end of a text that changed while it was read
      }
      try {
        rows.add(
            new Row(
                endpoint(fields[LOCAL]),
                endpoint(fields[REMOTE]),
                Integer.parseInt(fields[STATE], 16),
                Long.parseLong(fields[UID]),
                Long.parseLong(fields[INODE])));
      } catch (IllegalArgumentException e) {
        throw new IOException("the kernel's table of connections has the line \"" + line + "\"", e);
      }
    }
    return rows;
  }

  /** {@code 0100007F:0016}: 32-bit words in the machine's own order, little-endian here. */
  private static Endpoint endpoint(String text) throws IOException {
    int colon = text.indexOf(':');
    byte[] address = HexFormat.of().parseHex(text.substring(0, Math.max(0, colon)));
    for (int word = 0; word + 3 < address.length; word += 4) {
      swap(address, word, word + 3);
      swap(address, word + 1, word + 2);
    }
    // An IPv4 address inside an IPv6 one becomes the IPv4 address that it is.
    return new Endpoint(
        InetAddress.getByAddress(address).getHostAddress(),
        Integer.parseInt(text.substring(colon + 1), 16));
  }

  private static void swap(byte[] bytes, int a, int b) {
    byte kept = bytes[a];
    bytes[a] = bytes[b];
    bytes[b] = kept;
  }
}
