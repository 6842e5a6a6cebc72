package io.waybillguard.agent.platform.linux;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * One TCP socket as the kernel describes it: {@code struct inet_diag_msg} and the attribute {@code
 * INET_DIAG_INFO}, which holds {@code struct tcp_info} (linux/inet_diag.h, linux/tcp.h,
 * sock_diag(7)).
 *
 * @param state as in {@code net/tcp_states.h}
 * @param cookie the socket's number, unique while the system is up
 * @param inode its file's number, 0 when nobody holds it any more
 * @param sent bytes of content sent, repeats taken off
 * @param received bytes of content received
 */
record InetDiag(
    int state,
    InetAddress local,
    int localPort,
    InetAddress peer,
    int peerPort,
    long cookie,
    long inode,
    long sent,
    long received) {
  static final int LISTEN = 10;

  private static final int AF_INET = 2;

  // linux/netlink.h: struct nlmsghdr is u32 length, u16 type, u16 flags, u32 sequence, u32 port.
  private static final int HEADER = 16;
  private static final int NLMSG_ERROR = 2;
  private static final int NLMSG_DONE = 3;

  // struct inet_diag_msg
  private static final int MESSAGE = 72;
  private static final int STATE = 1;
  private static final int LOCAL_PORT = 4;
  private static final int PEER_PORT = 6;
  private static final int LOCAL = 8;
  private static final int PEER = 24;
  private static final int COOKIE = 44;
  private static final int INODE = 68;

  private static final int INET_DIAG_INFO = 2;

  // struct tcp_info: counts of bytes came with kernels 4.1 and 4.19.
  private static final int BYTES_ACKED = 120;
  private static final int BYTES_RECEIVED = 128;
  private static final int BYTES_SENT = 200;
  private static final int BYTES_RETRANS = 208;

  /**
   * What one message of the kernel brought.
   *
   * @param last whether it was the end of an answer
   */
  record Batch(List<InetDiag> sockets, boolean last) {}

  /**
   * Reads all of a message.
   *
   * @throws IOException if the kernel answers with an error, or in a form that is not understood
   */
  static Batch parse(byte[] message) throws IOException {
    ByteBuffer in = ByteBuffer.wrap(message).order(ByteOrder.nativeOrder());
    List<InetDiag> sockets = new ArrayList<>();
    int at = 0;
    while (at + HEADER <= message.length) {
      int length = in.getInt(at);
      if (length < HEADER || length > message.length - at) {
        throw new IOException(
            "a netlink message of "
                + length
                + " bytes where "
                + (message.length - at)
                + " were left; this kernel is not understood");
      }
      int type = Short.toUnsignedInt(in.getShort(at + 4));
      if (type == NLMSG_DONE) {
        return new Batch(sockets, true);
      }
      if (type == NLMSG_ERROR) {
        int errno = -in.getInt(at + HEADER);
        throw Libc.failure("the kernel does not list connections (sock_diag)", errno);
      }
      if (length >= HEADER + MESSAGE) {
        sockets.add(socket(in, at + HEADER, at + length));
      }
      at += (length + 3) & ~3;
    }
    return new Batch(sockets, false);
  }

  private static InetDiag socket(ByteBuffer in, int at, int end) throws IOException {
    long sent = 0;
    long received = 0;
    // struct rtattr: u16 length, u16 type; the next begins at a multiple of four.
    for (int a = at + MESSAGE; a + 4 <= end; ) {
      int length = Short.toUnsignedInt(in.getShort(a));
      if (length < 4 || a + length > end) {
        break;
      }
      if (Short.toUnsignedInt(in.getShort(a + 2)) == INET_DIAG_INFO) {
        int info = a + 4;
        int size = length - 4;
        // Acknowledged bytes count the beginning and the end of the connection as a byte each.
        sent =
            size >= BYTES_RETRANS + 8
                ? in.getLong(info + BYTES_SENT) - in.getLong(info + BYTES_RETRANS)
                : size >= BYTES_ACKED + 8 ? in.getLong(info + BYTES_ACKED) : 0;
        received = size >= BYTES_RECEIVED + 8 ? in.getLong(info + BYTES_RECEIVED) : 0;
      }
      a += (length + 3) & ~3;
    }
    boolean isShort = in.get(at) == AF_INET;
    return new InetDiag(
        in.get(at + STATE),
        address(in, at + LOCAL, isShort),
        port(in, at + LOCAL_PORT),
        address(in, at + PEER, isShort),
        port(in, at + PEER_PORT),
        in.getLong(at + COOKIE),
        Integer.toUnsignedLong(in.getInt(at + INODE)),
        Math.max(0, sent),
        received);
  }

  /** Ports and addresses are in the order of the network, whatever the machine's own. */
  private static int port(ByteBuffer in, int at) {
    return Byte.toUnsignedInt(in.get(at)) << 8 | Byte.toUnsignedInt(in.get(at + 1));
  }

  /** An IPv6 socket that talks IPv4 is told as an IPv4 address. */
  private static InetAddress address(ByteBuffer in, int at, boolean isShort) throws IOException {
    byte[] bytes = new byte[isShort ? 4 : 16];
    in.get(at, bytes);
    return InetAddress.getByAddress(bytes);
  }
}
