package io.waybillguard.agent.platform.linux;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Lists TCP connections and closes one of them from outside: {@code SOCK_DESTROY} of sock_diag(7),
 * there since Linux 4.5 where the kernel was built with {@code CONFIG_INET_DIAG_DESTROY}; needs
 * CAP_NET_ADMIN. Both ends see the connection aborted, whatever its process does.
 *
 * <p>A connection is named by the kernel's own number of it (the cookie) as well as by its
 * addresses, so that no later one with the same addresses is meant, and never a socket that only
 * listens.
 */
final class TcpCloser implements AutoCloseable {
  // linux/sock_diag.h
  private static final short SOCK_DIAG_BY_FAMILY = 20;
  private static final short SOCK_DESTROY = 21;

  // linux/netlink.h
  private static final short REQUEST_ACK = 0x1 | 0x4;
  private static final short REQUEST_DUMP = 0x1 | 0x300;
  private static final int NLMSG_ERROR = 2;

  /** struct nlmsghdr and struct inet_diag_req_v2. */
  private static final int REQUEST_BYTES = 72;

  private static final int QUEUE_BYTES = 4 << 20;
  private static final int AF_INET = 2;
  private static final int AF_INET6 = 10;
  private static final byte IPPROTO_TCP = 6;

  /** net/tcp_states.h: all but those that listen and those that are no more. */
  private static final int OPEN = 1 << 1 | 1 << 2 | 1 << 3 | 1 << 4 | 1 << 5 | 1 << 8 | 1 << 9;

  private final Netlink kernel;

  private TcpCloser(Netlink kernel) {
    this.kernel = kernel;
  }

  static TcpCloser open() throws IOException {
    return new TcpCloser(
        Netlink.open(
            Netlink.NETLINK_SOCK_DIAG, 0, QUEUE_BYTES, "lists of connections (sock_diag)"));
  }

  /** The open connections that are meant. */
  List<InetDiag> find(Predicate<InetDiag> meant) throws IOException {
    return find(OPEN, meant);
  }

  /** The inodes of the sockets that wait for connections at a port. */
  Set<Long> listening(int port) throws IOException {
    return find(1 << InetDiag.LISTEN, socket -> socket.localPort() == port).stream()
        .map(InetDiag::inode)
        .collect(Collectors.toSet());
  }

  private List<InetDiag> find(int states, Predicate<InetDiag> meant) throws IOException {
    List<InetDiag> found = new ArrayList<>();
    for (int family : new int[] {AF_INET, AF_INET6}) {
      byte[] ask = new byte[REQUEST_BYTES];
      request(SOCK_DIAG_BY_FAMILY, REQUEST_DUMP, (byte) family).putInt(states).position(0).get(ask);
      kernel.send(ask);
      boolean last = false;
      while (!last) {
        InetDiag.Batch batch =
            InetDiag.parse(
                kernel
                    .receive()
                    .orElseThrow(
                        () -> new IOException("the kernel ended a list of connections half-way")));
        batch.sockets().stream().filter(meant).forEach(found::add);
        last = batch.last();
      }
    }
    return found;
  }

  /** The error of the kernel, or 0. */
  int close(InetDiag socket) throws IOException {
    byte[] local = socket.local().getAddress();
    byte[] peer = socket.peer().getAddress();
    boolean isShort = local.length == 4 && peer.length == 4;
    ByteBuffer request =
        request(SOCK_DESTROY, REQUEST_ACK, (byte) (isShort ? AF_INET : AF_INET6)).putInt(OPEN);
    // struct inet_diag_sockid: ports and addresses in the order of the network.
    int id = request.position();
    putPort(request, socket.localPort());
    putPort(request, socket.peerPort());
    request.position(id + 4).put(wide(local, isShort));
    request.position(id + 20).put(wide(peer, isShort));
    request.position(id + 40).putLong(socket.cookie());
    byte[] bytes = new byte[REQUEST_BYTES];
    request.position(0).get(bytes);
    kernel.send(bytes);
    Optional<byte[]> answer = kernel.receive();
    if (answer.isEmpty()) {
      throw new IOException("the kernel did not answer whether it closed a connection");
    }
    ByteBuffer in = ByteBuffer.wrap(answer.get()).order(ByteOrder.nativeOrder());
    if (in.getShort(4) != NLMSG_ERROR) {
      throw new IOException("the kernel answered with a message of type " + in.getShort(4));
    }
    return -in.getInt(16);
  }

  private static ByteBuffer request(short type, short flags, byte family) {
    return ByteBuffer.allocate(REQUEST_BYTES)
        .order(ByteOrder.nativeOrder())
        .putInt(REQUEST_BYTES)
        .putShort(type)
        .putShort(flags)
        .position(16)
        .put(family)
        .put(IPPROTO_TCP)
        .putShort((short) 0);
  }

  private static void putPort(ByteBuffer into, int port) {
    into.put((byte) (port >> 8)).put((byte) port);
  }

  /**
   * As the kernel wants it: an IPv4 address at the front of 16 bytes, or inside an IPv6 one where
   * the other is IPv6.
   */
  private static byte[] wide(byte[] address, boolean isShort) {
    byte[] wide = new byte[16];
    if (address.length == 16 || isShort) {
      System.arraycopy(address, 0, wide, 0, address.length);
    } else {
      wide[10] = (byte) 0xff;
      wide[11] = (byte) 0xff;
      System.arraycopy(address, 0, wide, 12, address.length);
    }
    return wide;
  }

  @Override
  public void close() {
    kernel.close();
  }
}
